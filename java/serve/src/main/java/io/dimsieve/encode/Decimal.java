package io.dimsieve.encode;

/** The decimal numbers accepted from outside: {@code -1}, {@code 0.5}, {@code 3e-4}; no space, suffix, hex, NaN, infinity. */
final class Decimal {

  private Decimal() {}

  /** Parses a finite number; anything else is an IllegalArgumentException that quotes it. */
  static double parse(String raw) {
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        throw notANumber(raw, null);
      }
    }
    double value;
    try {
      value = Double.parseDouble(raw);
    } catch (NumberFormatException e) {
      throw notANumber(raw, e);
    }
    if (Double.isInfinite(value)) {
      throw notANumber(raw, null);
    }
    return value;
  }

  private static IllegalArgumentException notANumber(String raw, Throwable cause) {
    return new IllegalArgumentException("'" + raw + "' is not a finite decimal number", cause);
  }
}
