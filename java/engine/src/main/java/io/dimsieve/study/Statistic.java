package io.dimsieve.study;

import java.util.List;
import java.util.Locale;

/**
 * A quantity over seeds.
 *
 * @param error standard error of the mean, √(Σ (x − mean)² / (n − 1) / n); NaN for a single value
 * @param count number of values
 */
public record Statistic(double mean, double error, int count) {

  /** The statistic of these values. */
  public static Statistic of(List<Double> values) {
    int n = values.size();
    double mean = values.stream().mapToDouble(x -> x).sum() / n;
    double squares = values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
    return new Statistic(mean, n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1) / n), n);
  }

  /** True when this mean is below the other by more than both standard errors combined, √(a² + b²); false when one is unknown. */
  public boolean below(Statistic other) {
    return other.mean - mean > Math.hypot(error, other.error);
  }

  /** The mean, with its error where there is one, in a format such as {@code %.4f}. */
  public String toString(String format) {
    String text = String.format(Locale.ROOT, format, mean);
    return Double.isNaN(error) ? text : text + " ± " + String.format(Locale.ROOT, format, error);
  }
}
