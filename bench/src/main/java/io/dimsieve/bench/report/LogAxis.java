package io.dimsieve.bench.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where numbers stand on a logarithmic axis.
 *
 * @param low number at {@code from}
 * @param high number at {@code to}
 */
record LogAxis(double low, double high, double from, double to) {

  double at(double value) {
    return from + Math.log(value / low) / Math.log(high / low) * (to - from);
  }

  /** Powers of ten on it; on one of less than two decades also twice and five times these. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    double[] steps = high / low < 100 ? new double[] {1, 2, 5} : new double[] {1};
    for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (double step : steps) {
        double tick = step * Math.pow(10, power);
        if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  /** A number without needless digits: 0.01, 5, 26,000. */
  static String text(double value) {
    return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%s", value >= 1000 ? value : plain(value));
  }

  private static String plain(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
