package io.dimsieve.metric;

import java.util.Arrays;

/**
 * AUC inside each group (usually a user), averaged with the group's number of rows as its weight; a group with one class only is
 * left out. Source: Zhu et al., Optimized Cost per Click in Taobao Display Advertising, KDD 2017.
 */
public final class Gauc {

  private Gauc() {}

  /**
   * O(n log n) time, 8 n bytes of scratch and that of the largest group; the arguments are not changed.
   *
   * @param score [≥ n] any increasing function of the probability
   * @param label [≥ n] 0 or 1
   * @param group [≥ n] any number; rows with the same one belong together
   * @param n rows to use, from index 0
   * @return from 0 to 1; NaN when no group has both classes
   * @throws IllegalArgumentException for a NaN score or another label; the message has its index
   */
  public static double of(float[] score, byte[] label, int[] group, int n) {
    Labels.positives(label, n);
    long[] order = new long[n];
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(score[i])) {
        throw new IllegalArgumentException("score " + i + " is NaN");
      }
      order[i] = (long) group[i] << 32 | i;
    }
    Arrays.sort(order);
    double sum = 0;
    long weight = 0;
    for (int start = 0, end; start < n; start = end) {
      for (end = start + 1; end < n && order[end] >> 32 == order[start] >> 32; ) {
        end++;
      }
      double auc = ofRows(score, label, order, start, end);
      if (!Double.isNaN(auc)) {
        sum += auc * (end - start);
        weight += end - start;
      }
    }
    return sum / weight;
  }

  private static double ofRows(float[] score, byte[] label, long[] order, int start, int end) {
    float[] groupScore = new float[end - start];
    byte[] groupLabel = new byte[end - start];
    for (int i = start; i < end; i++) {
      groupScore[i - start] = score[(int) order[i]];
      groupLabel[i - start] = label[(int) order[i]];
    }
    return Auc.of(groupScore, groupLabel, end - start);
  }
}
