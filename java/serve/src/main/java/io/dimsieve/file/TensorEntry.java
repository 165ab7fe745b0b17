package io.dimsieve.file;

import java.util.List;

/**
 * One tensor of a file, as its header describes it.
 *
 * @param shape sizes, outermost first; row-major; an empty list is one element
 * @param begin first byte, counted from the first byte after the header; a multiple of 64
 * @param bytes product of the shape times the size of an element
 */
public record TensorEntry(String name, TensorType type, List<Long> shape, long begin, long bytes) {

  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /** Number of elements. */
  public long elements() {
    return bytes / type.bytes();
  }

  /** First byte after the tensor. */
  long end() {
    return begin + bytes;
  }

  /**
   * Bytes a tensor needs.
   *
   * @throws ArithmeticException when a size is negative or the product needs more than 63 bits
   */
  static long bytes(TensorType type, List<Long> shape) {
    long bytes = type.bytes();
    for (long size : shape) {
      if (size < 0) {
        throw new ArithmeticException("negative size " + size);
      }
      bytes = Math.multiplyExact(bytes, size);
    }
    return bytes;
  }
}
