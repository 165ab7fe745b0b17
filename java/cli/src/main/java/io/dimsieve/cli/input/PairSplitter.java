package io.dimsieve.cli.input;

import java.nio.charset.StandardCharsets;

/** Cuts lines of a label and, after white space, pairs that end in {@code :1}, of which the kind says where the value stands. */
abstract class PairSplitter implements LineSource.Splitter {

  /** Adds the pair {@code bytes[from .. to)}. */
  abstract void pair(byte[] bytes, int from, int to, Columns columns);

  /** Called after the last pair of a line. */
  abstract void end(Columns columns);

  @Override
  public final void split(byte[] bytes, int lineFrom, int lineTo, Columns columns) {
    int from = lineFrom;
    int to = lineTo;
    while (from < to && isBlank(bytes[from])) {
      from++;
    }
    while (from < to && isBlank(bytes[to - 1])) {
      to--;
    }
    int end = word(bytes, from, to);
    label(bytes, from, end, columns);
    while (end < to) {
      int start = end;
      while (isSpace(bytes[start])) {
        start++;
      }
      end = word(bytes, start, to);
      pair(bytes, start, end, columns);
    }
    end(columns);
  }

  /** 0 or 1 from the spellings 0, 1, -1, +1. */
  private static void label(byte[] bytes, int from, int to, Columns columns) {
    if (to - from == 2 && bytes[from + 1] == '1' && (bytes[from] == '-' || bytes[from] == '+')) {
      bytes[from + 1] = (byte) (bytes[from] == '-' ? '0' : '1');
      columns.add(from + 1, to);
    } else {
      columns.add(from, to);
    }
  }

  /** Refuses weights other than 1: a field is categorical. */
  static void requireOne(byte[] bytes, int pair, int weight, int to) {
    if (to - weight == 1 && bytes[weight] == '1') {
      return;
    }
    String text = text(bytes, weight, to);
    try {
      if (Double.parseDouble(text) == 1) {
        return;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException(
        "'" + text(bytes, pair, to) + "' has weight '" + text + "', only 1 is meaningful for a categorical field");
  }

  static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Index of the first colon, {@code to} when there is none. */
  static int colon(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != ':') {
      at++;
    }
    return at;
  }

  private static int word(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && !isSpace(bytes[at])) {
      at++;
    }
    return at;
  }

  /** What {@link String#trim} takes away. */
  private static boolean isBlank(byte b) {
    return b >= 0 && b <= ' ';
  }

  /** What {@code \s} matches. */
  private static boolean isSpace(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }
}
