package io.dimsieve.encode;

import java.nio.charset.StandardCharsets;

/** The decimal numbers accepted from outside: {@code -1}, {@code 0.5}, {@code 3e-4}; no space, suffix, hex, NaN, infinity. */
final class Decimal {

  private static final int EXACT_DIGITS = 15; // whole numbers below 10^15 are doubles

  private Decimal() {}

  /** Parses a finite number in {@code utf8[from .. to)}; anything else is an IllegalArgumentException that quotes it. */
  static double parse(byte[] utf8, int from, int to) {
    int at = from < to && utf8[from] == '-' ? from + 1 : from;
    if (at == to || to - at > EXACT_DIGITS) {
      return parse(new String(utf8, from, to - from, StandardCharsets.UTF_8));
    }
    long whole = 0;
    for (int i = at; i < to; i++) {
      int digit = utf8[i] - '0';
      if (digit < 0 || digit > 9) {
        return parse(new String(utf8, from, to - from, StandardCharsets.UTF_8));
      }
      whole = 10 * whole + digit;
    }
    return at == from ? whole : -(double) whole;
  }

  private static double parse(String raw) {
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
