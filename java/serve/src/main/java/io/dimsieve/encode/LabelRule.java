package io.dimsieve.encode;

import io.dimsieve.ConfigurationException;
import java.nio.charset.StandardCharsets;

/**
 * How the label column becomes 0 or 1.
 *
 * @param column name of the label column
 * @param positiveAbove a number greater than this is 1, any other 0; null: the column already holds 0 or 1
 * @param dropEqual rows with exactly this number are left out; null: none
 */
public record LabelRule(String column, Double positiveAbove, Double dropEqual) {

  /** What {@link #label} answers for a row to leave out. */
  public static final int DROP = -1;

  /** Checks the rule; a bad one is a {@link ConfigurationException}. */
  public LabelRule {
    if (column.isBlank() || !StandardCharsets.UTF_8.newEncoder().canEncode(column)) {
      throw new ConfigurationException("label column '" + column + "' is blank or not valid Unicode");
    }
    checkFinite("positiveAbove", positiveAbove);
    checkFinite("dropEqual", dropEqual);
  }

  /** A column that holds 0 or 1. */
  public static LabelRule binary(String column) {
    return new LabelRule(column, null, null);
  }

  /**
   * The label of a row.
   *
   * @param utf8 column text in {@code [from, to)}; empty means missing, which is malformed
   * @return 1, 0 or {@link #DROP}
   * @throws IllegalArgumentException when it is not a number, or not 0 or 1 where it must be; the message has column and text
   */
  public int label(byte[] utf8, int from, int to) {
    double value;
    try {
      value = Decimal.parse(utf8, from, to);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("label '" + column + "': " + e.getMessage(), e);
    }
    if (dropEqual != null && value == dropEqual) {
      return DROP;
    }
    if (positiveAbove != null) {
      return value > positiveAbove ? 1 : 0;
    }
    if (value != 0 && value != 1) {
      String raw = new String(utf8, from, to - from, StandardCharsets.UTF_8);
      throw new IllegalArgumentException("label '" + column + "': '" + raw + "' is neither 0 nor 1");
    }
    return (int) value;
  }

  private static void checkFinite(String key, Double value) {
    if (value != null && !Double.isFinite(value)) {
      throw new ConfigurationException("label: " + key + " is " + value + ", must be finite");
    }
  }
}
