package io.dimsieve.search;

import java.util.function.Predicate;

/**
 * How many leading columns each class of values keeps at a price per column: k_c = argmax_k (o_ck − price · k), the smallest of equal ones. That is the
 * Lagrangian of max Σ_v o_{v,k_v} subject to Σ_v k_v ≤ budget, so a higher price never gives a class more columns, and columns go where they are missed
 * least.
 */
final class PrefixLengths {

  private static final int HALVINGS = 50;

  private final float[] logits;
  private final int outputs;
  private final int fewest;

  /**
   * Lengths to choose from.
   *
   * @param logits o, [classes · outputs]
   * @param fewest columns that output 0 stands for
   */
  PrefixLengths(float[] logits, int outputs, int fewest) {
    this.logits = logits;
    this.outputs = outputs;
    this.fewest = fewest;
  }

  /** k of every class. */
  int[] at(double price) {
    int[] k = new int[logits.length / outputs];
    for (int c = 0; c < k.length; c++) {
      int best = 0;
      for (int i = 1; i < outputs; i++) {
        if (logits[c * outputs + i] - price * i > logits[c * outputs + best] - price * best) {
          best = i;
        }
      }
      k[c] = fewest + best;
    }
    return k;
  }

  /** A price at which every class keeps the fewest columns. */
  private double highest() {
    double highest = 0;
    for (int at = 0; at < logits.length; at += outputs) {
      for (int i = 1; i < outputs; i++) {
        highest = Math.max(highest, ((double) logits[at + i] - logits[at]) / i);
      }
    }
    return 2 * highest + 1e-6;
  }

  /**
   * The least price, not below 0, whose lengths fit, by bisection; the lengths at the price returned do fit, unless even the fewest columns do not: then
   * NaN.
   */
  double leastPrice(Predicate<int[]> fits) {
    if (fits.test(at(0))) {
      return 0;
    }
    double low = 0;
    double high = highest();
    if (!fits.test(at(high))) {
      return Double.NaN;
    }
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (fits.test(at(middle))) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }
}
