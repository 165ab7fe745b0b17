package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Chooses columns by score under a budget: highest score first, skipping what no longer fits (greedy knapsack). The budget is never exceeded.
 *
 * <p>Equal scores go to the lower field, then the lower column, so the choice is reproducible.
 */
public final class ColumnSelection {

  private ColumnSelection() {}

  /**
   * The chosen layout.
   *
   * @param uniform sizes of the tables to choose from
   * @param scores [fields · D], one per base column, higher is kept first; NaN counts as lowest
   */
  public static EmbeddingLayout select(EmbeddingLayout uniform, double[] scores, Budget budget) {
    int d = uniform.dimension();
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> Double.isNaN(scores[i]) ? Double.POSITIVE_INFINITY : -scores[i]));
    boolean[] keep = new boolean[scores.length];
    int[][] none = new int[uniform.fields()][0];
    long left = budget.limit(uniform) - budget.cost(new EmbeddingLayout(d, uniform.rows(), none));
    if (left < 0) {
      throw new ConfigurationException("the budget, " + budget + " or " + budget.limit(uniform) + ", does not even hold tables without columns");
    }
    for (int i : order) {
      long cost = budget.columnCost(uniform.rows(i / d));
      if (cost <= left) {
        keep[i] = true;
        left -= cost;
      }
    }
    return layout(uniform, keep);
  }

  /** The layout that keeps the marked base columns. */
  static EmbeddingLayout layout(EmbeddingLayout uniform, boolean[] keep) {
    int d = uniform.dimension();
    int[][] kept = new int[uniform.fields()][];
    for (int f = 0; f < kept.length; f++) {
      int first = f * d;
      kept[f] = java.util.stream.IntStream.range(0, d).filter(j -> keep[first + j]).toArray();
    }
    return new EmbeddingLayout(d, uniform.rows(), kept);
  }
}
