package io.dimsieve.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Values as bytes, hashed and compared eight bytes at a time. */
final class Words {

  private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FACTOR = 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio

  private Words() {}

  /** The first bytes of {@code [from, to)}, eight or as many as there are; zeros above them. */
  static long head(byte[] bytes, int from, int to) {
    int length = to - from;
    if (from + Long.BYTES <= bytes.length) {
      long word = (long) WORD.get(bytes, from);
      return length >= Long.BYTES ? word : word & (1L << 8 * length) - 1;
    }
    long word = 0;
    for (int i = to - 1; i >= from; i--) {
      word = word << 8 | bytes[i] & 0xff;
    }
    return word;
  }

  /** Hash of the bytes {@code [from, to)}, for tables in memory only: no file holds it. */
  static int hash(byte[] bytes, int from, int to) {
    long h = fold(head(bytes, from, to) ^ to - from);
    for (int at = from + Long.BYTES; at < to; at += Long.BYTES) {
      h = fold(h ^ head(bytes, at, to));
    }
    return (int) h;
  }

  /** Whether {@code a[i .. i + length)} and {@code b[j .. j + length)} are the same bytes. */
  static boolean equal(byte[] a, int i, byte[] b, int j, int length) {
    int at = 0;
    while (at < length && head(a, i + at, i + length) == head(b, j + at, j + length)) {
      at += Long.BYTES;
    }
    return at >= length;
  }

  // Both halves of the product, so that every bit of x reaches the low bits.
  private static long fold(long x) {
    return Math.multiplyHigh(x, FACTOR) ^ x * FACTOR;
  }
}
