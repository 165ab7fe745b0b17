package io.dimsieve.http;

import org.HdrHistogram.Histogram;

/** Writes metrics in the text format of Prometheus, version 0.0.4. */
final class Prometheus {

  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999};
  private static final double SECOND = 1e9;

  private final StringBuilder text = new StringBuilder();

  /** Begins a metric, whose samples follow. */
  Prometheus metric(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  Prometheus sample(String name, long value) {
    text.append(name).append(' ').append(value).append('\n');
    return this;
  }

  Prometheus sample(String name, String label, String value, long count) {
    label(name, label, value).append(count).append('\n');
    return this;
  }

  /** A summary in seconds, since the start. */
  Prometheus summary(String name, String help, Histogram nanoseconds, long sum) {
    metric(name, "summary", help);
    for (double quantile : QUANTILES) {
      double value = nanoseconds.getTotalCount() == 0 ? Double.NaN : nanoseconds.getValueAtPercentile(100 * quantile) / SECOND;
      label(name, "quantile", Double.toString(quantile)).append(value).append('\n');
    }
    text.append(name).append("_sum ").append(sum / SECOND).append('\n');
    return sample(name + "_count", nanoseconds.getTotalCount());
  }

  private StringBuilder label(String name, String label, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return text.append(name).append('{').append(label).append("=\"").append(escaped).append("\"} ");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
