package io.dimsieve.encode;

import java.nio.charset.StandardCharsets;

/** The decimal numbers accepted from outside: {@code -1}, {@code 0.5}, {@code 3e-4}; no space, suffix, hex, NaN, infinity. */
final class Decimal {

  private static final long ZEROS = 0x3030303030303030L; // of characters
  private static final long THREE = 0x0303030303030303L;
  private static final long SIX = 0x0606060606060606L;
  private static final long HIGH_HALVES = 0xf0f0f0f0f0f0f0f0L;

  private Decimal() {}

  /** Parses a finite number in {@code utf8[from .. to)}; anything else is an IllegalArgumentException that quotes it. */
  static double parse(byte[] utf8, int from, int to) {
    int whole = small(utf8, from, to, Integer.MAX_VALUE);
    return whole >= 0 ? whole : parse(new String(utf8, from, to - from, StandardCharsets.UTF_8));
  }

  /** The number, if it is one to eight digits and below a limit; −1 if not. */
  static int small(byte[] utf8, int from, int to, int limit) {
    int length = to - from;
    if (length == 0 || length > Long.BYTES) {
      return -1;
    }
    // Eight digits in a word, the first in the lowest byte, zeros before them.
    long digits = Words.head(utf8, from, to) << 8 * (Long.BYTES - length) | ZEROS >>> 4 * length >>> 4 * length;
    if (((digits & HIGH_HALVES) | ((digits + SIX) & HIGH_HALVES) >>> 4) != ZEROS + THREE) {
      return -1;
    }
    // Neighbours added up: two digits to a byte pair, four to a pair of those, eight.
    digits = (digits & ~HIGH_HALVES) * (1 + (10 << 8)) >>> 8;
    digits = (digits & 0x00ff00ff00ff00ffL) * (1 + (100 << 16)) >>> 16;
    int whole = (int) ((digits & 0x0000ffff0000ffffL) * (1 + (10_000L << 32)) >>> 32);
    return whole < limit ? whole : -1;
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
