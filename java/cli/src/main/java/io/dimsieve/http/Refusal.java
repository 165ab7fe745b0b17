package io.dimsieve.http;

/** A request that is not answered with scores: the HTTP status and a line that tells the client why. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 500;

  private final int status;

  Refusal(int status, String message) {
    super(message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...", null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}
