package io.dimsieve.http;

/** Answers one request at a time. */
interface Scoring extends AutoCloseable {

  /** The answer to a request body; a {@link Refusal} when there is none. */
  String score(byte[] body);

  @Override
  void close();
}
