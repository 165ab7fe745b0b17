package io.dimsieve;

/** A native kernel refused its arguments or failed. */
public final class NativeException extends DimsieveException {

  private static final long serialVersionUID = 1L;

  private final String kernel;
  private final int status;

  public NativeException(String kernel, int status, String meaning) {
    super(kernel + ": " + meaning + " (status " + status + ")", null);
    this.kernel = kernel;
    this.status = status;
  }

  /** Name of the kernel as in {@code native/kernels.def}. */
  public String kernel() {
    return kernel;
  }

  /** Status code as in {@code native/include/dimsieve.h}. */
  public int status() {
    return status;
  }

  @Override
  public int exitCode() {
    return 5;
  }
}
