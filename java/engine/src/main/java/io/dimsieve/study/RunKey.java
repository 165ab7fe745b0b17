package io.dimsieve.study;

import java.util.Locale;

/** What tells the runs of a study apart. */
public record RunKey(String model, String method, double budget, long seed) {

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %s %.4g%% seed %d", model, method, 100 * budget, seed);
  }
}
