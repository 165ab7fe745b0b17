package io.dimsieve.cli.input;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bytes of text looked at eight at a time: byte i of a word, counted from its lowest, is the i-th. */
final class Words {

  /** The lowest bit of every byte: times c, a word of c alone. */
  static final long ONES = 0x0101010101010101L;

  /** The highest bit of every byte. */
  static final long HIGH = ONES << 7;

  private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Words() {}

  /** The eight bytes from an index. */
  static long at(byte[] bytes, int from) {
    return (long) WORD.get(bytes, from);
  }

  /** The highest bit of every byte that is the same in both words. */
  static long same(long a, long b) {
    long x = a ^ b;
    return ~((x & ~HIGH) + ~HIGH | x | ~HIGH);
  }

  /** Index of the byte of the lowest set bit. */
  static int first(long bits) {
    return Long.numberOfTrailingZeros(bits) >> 3;
  }
}
