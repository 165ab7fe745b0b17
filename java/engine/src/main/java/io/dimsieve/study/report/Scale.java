package io.dimsieve.study.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where numbers stand on a linear axis.
 *
 * @param low number at {@code from}
 * @param high number at {@code to}
 * @param step between ticks: 1, 2 or 5 times a power of ten
 */
record Scale(double low, double high, double from, double to, double step) {

  private static final double[] STEPS = {1, 2, 5, 10};

  /** An axis with about that many ticks. */
  static Scale of(double low, double high, double from, double to, int ticks) {
    double top = high > low ? high : low + Math.max(1e-4, Math.abs(low) * 1e-3);
    double raw = (top - low) / ticks;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = power * 10;
    for (int i = STEPS.length - 1; i >= 0; i--) {
      step = STEPS[i] * power >= raw ? STEPS[i] * power : step;
    }
    return new Scale(low, top, from, to, step);
  }

  double at(double value) {
    return from + (value - low) / (high - low) * (to - from);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** A tick as text with the decimals the step needs. */
  String text(double tick) {
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return String.format(Locale.ROOT, "%." + decimals + "f", tick);
  }
}
