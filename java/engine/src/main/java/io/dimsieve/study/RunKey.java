package io.dimsieve.study;

import java.util.Locale;

/** What tells the runs of a study apart. */
public record RunKey(String model, String method, double budget, long seed) {

  /** A share as a percentage with as many decimals as it needs, four at most. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.4f", 100 * share).replaceAll("\\.?0+$", "") + " %";
  }

  @Override
  public String toString() {
    return model + " " + method + " " + percent(budget) + " seed " + seed;
  }
}
