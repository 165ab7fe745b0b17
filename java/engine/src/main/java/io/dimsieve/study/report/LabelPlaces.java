package io.dimsieve.study.report;

import java.util.Arrays;
import java.util.Comparator;

/** Heights for labels beside a chart: as near as possible to what they name, and a line apart. */
public final class LabelPlaces {

  private LabelPlaces() {}

  /**
   * The heights.
   *
   * @param wanted height of what each label names; NaN places are not handed in
   * @param gap least distance between two labels; less when there is no room for all
   * @param low smallest height allowed
   * @param high largest height allowed
   */
  public static double[] spread(double[] wanted, double gap, double low, double high) {
    int n = wanted.length;
    if (n == 0) {
      return wanted;
    }
    double apart = n == 1 ? gap : Math.min(gap, (high - low) / (n - 1));
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> wanted[i]));
    // Without the gaps, the nearest ascending sequence: neighbours out of order are put together at their mean until none is.
    double[] mean = new double[n];
    int[] size = new int[n];
    int groups = 0;
    for (int k = 0; k < n; k++) {
      mean[groups] = wanted[order[k]] - k * apart;
      size[groups++] = 1;
      while (groups > 1 && mean[groups - 2] >= mean[groups - 1]) {
        int all = size[groups - 2] + size[groups - 1];
        mean[groups - 2] = (mean[groups - 2] * size[groups - 2] + mean[groups - 1] * size[groups - 1]) / all;
        size[groups - 2] = all;
        groups--;
      }
    }
    double[] places = new double[n];
    int k = 0;
    for (int g = 0; g < groups; g++) {
      double base = Math.max(low, Math.min(high - (n - 1) * apart, mean[g]));
      for (int i = 0; i < size[g]; i++, k++) {
        places[order[k]] = base + k * apart;
      }
    }
    return places;
  }
}
