package io.dimsieve.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Values as bytes, hashed and compared eight bytes at a time. */
final class Words {

  private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FACTOR = 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio

  private Words() {}

  /** Hash of the bytes {@code [from, to)}, for tables in memory only: no file holds it. */
  static int hash(byte[] bytes, int from, int to) {
    long h = to - from;
    int at = from;
    for (; to - at >= Long.BYTES; at += Long.BYTES) {
      h = fold(h ^ (long) WORD.get(bytes, at));
    }
    return (int) fold(h ^ rest(bytes, at, to - at));
  }

  /** Whether {@code a[i .. i + length)} and {@code b[j .. j + length)} are the same bytes. */
  static boolean equal(byte[] a, int i, byte[] b, int j, int length) {
    int at = 0;
    for (; length - at >= Long.BYTES; at += Long.BYTES) {
      if ((long) WORD.get(a, i + at) != (long) WORD.get(b, j + at)) {
        return false;
      }
    }
    return rest(a, i + at, length - at) == rest(b, j + at, length - at);
  }

  /** Up to seven bytes, zeros above them. */
  private static long rest(byte[] bytes, int from, int length) {
    if (from + Long.BYTES <= bytes.length) {
      return (long) WORD.get(bytes, from) & (1L << 8 * length) - 1;
    }
    long word = 0;
    for (int i = from + length - 1; i >= from; i--) {
      word = word << 8 | bytes[i] & 0xff;
    }
    return word;
  }

  // Both halves of the product, so that every bit of x reaches the low bits.
  private static long fold(long x) {
    return Math.multiplyHigh(x, FACTOR) ^ x * FACTOR;
  }
}
