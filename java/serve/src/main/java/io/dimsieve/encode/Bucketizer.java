package io.dimsieve.encode;

/**
 * Turns the text of a number into a categorical value. "log2" is the field's customary name for the squared natural logarithm;
 * no logarithm to base 2 is involved. Numbers up to 2 lose their fraction (toward zero).
 */
public enum Bucketizer {

  /** The text itself, checked to be a number or empty: {@code 1} and {@code 1.0} stay two values. */
  NONE {
    @Override
    String missing() {
      return "";
    }

    @Override
    String bucket(String raw, double v) {
      return raw;
    }
  },

  /** The convention of PEP and torchfm: empty is {@code NULL}; v &gt; 2 is ⌊ln(v)²⌋; any other v is v − 2. */
  LOG2_NULL {
    @Override
    String missing() {
      return "NULL";
    }

    @Override
    String bucket(String raw, double v) {
      return Long.toString(v > 2 ? squaredLog(v) : Math.max((long) v, Long.MIN_VALUE + 2) - 2);
    }
  },

  /** The convention of FuxiCTR: empty is 0; v &gt; 2 is ⌊ln(v)²⌋; any other v is v: 1 and 2 share buckets with larger numbers. */
  LOG2_ZERO {
    @Override
    String missing() {
      return "0";
    }

    @Override
    String bucket(String raw, double v) {
      return Long.toString(v > 2 ? squaredLog(v) : (long) v);
    }
  };

  abstract String missing();

  abstract String bucket(String raw, double v);

  /**
   * The bucket of a number.
   *
   * @param raw a decimal number, or empty for a missing one
   * @throws IllegalArgumentException when raw is neither; the message quotes it
   */
  public final String bucket(String raw) {
    return raw.isEmpty() ? missing() : bucket(raw, Decimal.parse(raw));
  }

  // StrictMath: the same bucket on every machine.
  private static long squaredLog(double v) {
    double ln = StrictMath.log(v);
    return (long) (ln * ln);
  }
}
