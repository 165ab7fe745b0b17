package io.dimsieve.kernel;

import io.dimsieve.NativeException;

/** Status codes of {@code dimsieve.h} as exceptions. */
public final class Status {

  static final int NO_BLAS = 5;

  private static final String[] MEANINGS = {
    "done",
    "invalid arguments",
    "out of memory",
    "no such device",
    "an id is outside its embedding table",
    "no BLAS is on the class path: add org.bytedeco:dnnl with its platform classifier"
  };

  private Status() {}

  /**
   * Passes 0, throws for everything else.
   *
   * @param kernel name as in {@code kernels.def}
   */
  public static void check(String kernel, int status) {
    if (status != 0) {
      throw new NativeException(kernel, status, status > 0 && status < MEANINGS.length ? MEANINGS[status] : "unknown failure");
    }
  }
}
