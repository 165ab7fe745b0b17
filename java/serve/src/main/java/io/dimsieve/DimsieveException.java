package io.dimsieve;

/**
 * Root of everything this library throws on purpose. The message is one line a user can act on; the command line prints it
 * and exits with {@link #exitCode()}.
 */
public abstract sealed class DimsieveException extends RuntimeException
    permits ConfigurationException, DataException, ModelFormatException, NativeException, TrainingDivergedException {

  private static final long serialVersionUID = 1L;

  DimsieveException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The process exit code the command line maps this error to. */
  public abstract int exitCode();
}
