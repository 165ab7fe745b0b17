package io.dimsieve.memory;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A piece of memory outside the Java heap, owned by whoever allocated it and freed by {@link #close()}.
 *
 * <p>Kernels take its {@link #address()}. Java code reads and writes host blocks through {@link #view}; offsets are bytes, values
 * little-endian. Not thread-safe against {@code close}.
 */
public final class Block implements AutoCloseable {

  /** Every block begins at a multiple of this many bytes: one cache line, one AVX-512 register. */
  public static final int ALIGNMENT = 64;

  /** Returns memory to its device. */
  @FunctionalInterface
  public interface Release {
    void release(long address, long bytes);
  }

  private final long bytes;
  private final Release release;
  private long address;

  public Block(long address, long bytes, Release release) {
    this.address = address;
    this.bytes = bytes;
    this.release = release;
  }

  /**
   * First byte of the block.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public long address() {
    if (address == 0) {
      throw new IllegalStateException("memory block used after close");
    }
    return address;
  }

  public long bytes() {
    return bytes;
  }

  /**
   * A bounds-checked window of host memory; at most 2 GiB long, anywhere in the block. It must not outlive the block.
   *
   * @throws IndexOutOfBoundsException when the window leaves the block
   */
  public UnsafeBuffer view(long offset, int length) {
    if (offset < 0 || length < 0 || offset > bytes - length) {
      throw new IndexOutOfBoundsException(length + " bytes from " + offset + " on, of a block of " + bytes);
    }
    UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    buffer.wrap(address() + offset, length);
    return buffer;
  }

  /** The whole block as one window; for blocks of at most 2 GiB. */
  public UnsafeBuffer view() {
    return view(0, Math.toIntExact(bytes));
  }

  /** Frees the memory; further calls do nothing. */
  @Override
  public void close() {
    if (address != 0) {
      long freed = address;
      address = 0;
      release.release(freed, bytes);
    }
  }
}
