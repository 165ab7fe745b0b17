package io.dimsieve.op;

/** Sizes of the scratch memory that kernels ask of their caller; the constants of {@code dimsieve.h}. */
public final class Workspace {

  /** DS_ROW_CHUNK. */
  public static final int ROW_CHUNK = 1024;

  /** DS_GROUP_CHUNK. */
  public static final int GROUP_CHUNK = 1024;

  /** DS_CLASS_CHUNK. */
  public static final int CLASS_CHUNK = 64;

  /** DS_GRAM_PARTS. */
  public static final int GRAM_PARTS = 64;

  private Workspace() {}

  /** Units of work of a reduction over {@code n} rows. */
  public static long chunks(long n, int chunk) {
    return (n + chunk - 1) / chunk;
  }
}
