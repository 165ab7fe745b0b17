package io.dimsieve.encode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.DoubleToLongFunction;

/**
 * Turns the text of a number into a categorical value. "log2" is the field's customary name for the squared natural logarithm;
 * no logarithm to base 2 is involved. Numbers up to 2 lose their fraction (toward zero).
 */
public enum Bucketizer {

  /** The text itself, checked to be a number or empty: {@code 1} and {@code 1.0} stay two values. */
  NONE("", null),

  /** The convention of PEP and torchfm: empty is {@code NULL}; v &gt; 2 is ⌊ln(v)²⌋; any other v is v − 2. */
  LOG2_NULL("NULL", v -> v > 2 ? squaredLog(v) : Math.max((long) v, Long.MIN_VALUE + 2) - 2),

  /** The convention of FuxiCTR: empty is 0; v &gt; 2 is ⌊ln(v)²⌋; any other v is v: 1 and 2 share buckets with larger numbers. */
  LOG2_ZERO("0", v -> v > 2 ? squaredLog(v) : (long) v);

  /** Whole numbers below this, as most counts are, are small. */
  static final int SMALL = 1 << 12;

  private final byte[] missing;
  private final DoubleToLongFunction bucket;
  private final byte[][] small; // buckets of the small whole numbers from 0

  Bucketizer(String missing, DoubleToLongFunction bucket) {
    this.missing = missing.getBytes(StandardCharsets.US_ASCII);
    this.bucket = bucket;
    this.small = bucket == null ? null : small(bucket);
  }

  private static byte[][] small(DoubleToLongFunction bucket) {
    byte[][] texts = new byte[SMALL][];
    for (int v = 0; v < SMALL; v++) {
      boolean same = v > 0 && bucket.applyAsLong(v) == bucket.applyAsLong(v - 1);
      texts[v] = same ? texts[v - 1] : text(bucket.applyAsLong(v));
    }
    return texts;
  }

  /**
   * The bucket of a number, as UTF-8; the array is not to be changed.
   *
   * @param utf8 a decimal number in {@code [from, to)}, or empty for a missing one
   * @throws IllegalArgumentException when it is neither; the message quotes it
   */
  byte[] bucket(byte[] utf8, int from, int to) {
    if (from == to) {
      return missing;
    }
    double v = Decimal.parse(utf8, from, to);
    if (bucket == null) {
      return Arrays.copyOfRange(utf8, from, to);
    }
    int whole = (int) v;
    return whole == v && whole >= 0 && whole < SMALL ? small[whole] : text(bucket.applyAsLong(v));
  }

  private static byte[] text(long bucket) {
    return Long.toString(bucket).getBytes(StandardCharsets.US_ASCII);
  }

  // StrictMath: the same bucket on every machine.
  private static long squaredLog(double v) {
    double ln = StrictMath.log(v);
    return (long) (ln * ln);
  }
}
