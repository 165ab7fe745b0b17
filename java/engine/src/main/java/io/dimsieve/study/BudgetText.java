package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import io.dimsieve.search.Budget;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Budgets as people write them: a share ({@code 0.1}), a percentage ({@code 10%}), or a size of the stored tables ({@code 100MB}, {@code 512KB},
 * {@code 3MiB}; decimal and binary units), which becomes a share of the uniform tables of a dataset.
 */
public final class BudgetText {

  private static final Pattern FORM = Pattern.compile("([0-9.eE+-]+?)\\s*(%|[A-Za-z]*)");
  private static final Map<String, Double> UNITS = Map.of(
      "b", 1.0, "kb", 1e3, "mb", 1e6, "gb", 1e9, "kib", 1024.0, "mib", 1024.0 * 1024, "gib", 1024.0 * 1024 * 1024);

  private BudgetText() {}

  /**
   * Reads a budget.
   *
   * @param unit what a share counts; sizes go with bytes only
   * @param uniform the tables that a share is a share of
   * @throws ConfigurationException when it is none, not positive, or more than the uniform tables
   */
  public static Budget parse(String text, Budget.Unit unit, EmbeddingLayout uniform) {
    Matcher form = FORM.matcher(text.trim());
    double value = form.matches() ? number(form.group(1)) : Double.NaN;
    String suffix = form.matches() ? form.group(2).toLowerCase(Locale.ROOT) : "";
    if (Double.isNaN(value) || !(suffix.isEmpty() || suffix.equals("%") || UNITS.containsKey(suffix))) {
      throw new ConfigurationException("a budget is a share such as 0.1, a percentage such as 10%, or a size such as 100MB or 3MiB, not '" + text + "'");
    }
    if (!UNITS.containsKey(suffix)) {
      return new Budget(suffix.equals("%") ? value / 100 : value, unit);
    }
    if (unit != Budget.Unit.BYTES) {
      throw new ConfigurationException("budget '" + text + "' is a size, but budgets count " + unit);
    }
    long whole = new Budget(1, Budget.Unit.BYTES).cost(uniform);
    double bytes = value * UNITS.get(suffix);
    if (!(bytes > 0 && bytes <= whole)) {
      throw new ConfigurationException(String.format(
          Locale.ROOT, "budget '%s' is %.0f bytes; it must be more than 0 and at most the %d bytes of the uniform tables", text, bytes, whole));
    }
    return new Budget(bytes / whole, Budget.Unit.BYTES);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
