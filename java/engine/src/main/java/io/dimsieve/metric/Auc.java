package io.dimsieve.metric;

import java.util.Arrays;

/**
 * Area under the ROC curve of a whole set: the share of (positive, negative) pairs in which the positive scores higher, a tie
 * counting one half (the Mann-Whitney statistic with mid-ranks). Exact up to one final division.
 */
public final class Auc {

  private Auc() {}

  /**
   * O(n log n) time, 4 n bytes of scratch; the arguments are not changed.
   *
   * @param score [≥ n] any increasing function of the probability
   * @param label [≥ n] 0 or 1
   * @param n rows to use, from index 0
   * @return from 0 to 1; NaN when a class is absent
   * @throws IllegalArgumentException for a NaN score or another label; the message has its index
   */
  public static double of(float[] score, byte[] label, int n) {
    int positives = Labels.positives(label, n);
    float[] positive = new float[positives];
    float[] negative = new float[n - positives];
    int p = 0;
    int q = 0;
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(score[i])) {
        throw new IllegalArgumentException("score " + i + " is NaN");
      }
      if (label[i] == 1) {
        positive[p++] = score[i];
      } else {
        negative[q++] = score[i];
      }
    }
    if (p == 0 || q == 0) {
      return Double.NaN;
    }
    Arrays.sort(positive);
    Arrays.sort(negative);
    return twiceWins(positive, negative) / (2.0 * p * q);
  }

  // Σ over positives of 2·(negatives below) + (negatives equal); at most 2·p·q ≤ 2^61.
  private static long twiceWins(float[] positive, float[] negative) {
    long sum = 0;
    int below = 0;
    int notAbove = 0;
    for (float score : positive) {
      while (below < negative.length && negative[below] < score) {
        below++;
      }
      while (notAbove < negative.length && negative[notAbove] <= score) {
        notAbove++;
      }
      sum += (long) below + notAbove;
    }
    return sum;
  }
}
