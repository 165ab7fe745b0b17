package io.dimsieve;

/** A dataset, model, checkpoint or plan file that is damaged, newer than this build, or does not fit what it is used with. */
public final class ModelFormatException extends DimsieveException {

  private static final long serialVersionUID = 1L;

  public ModelFormatException(String file, String message) {
    super(file + ": " + message, null);
  }

  public ModelFormatException(String file, String message, Throwable cause) {
    super(file + ": " + message, cause);
  }

  @Override
  public int exitCode() {
    return 4;
  }
}
