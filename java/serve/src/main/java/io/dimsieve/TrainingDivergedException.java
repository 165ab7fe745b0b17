package io.dimsieve;

/** The loss or a parameter became NaN or infinite. */
public final class TrainingDivergedException extends DimsieveException {

  private static final long serialVersionUID = 1L;

  public TrainingDivergedException(long step, String where, double value) {
    super("training diverged at step " + step + ": " + where + " is " + value, null);
  }

  @Override
  public int exitCode() {
    return 6;
  }
}
