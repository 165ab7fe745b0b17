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
   * @param scores [fields · D], one per base column, higher is kept first; NaN counts as lowest, and minus infinity is never kept
   */
  public static EmbeddingLayout select(EmbeddingLayout uniform, double[] scores, Budget budget) {
    return select(uniform, scores, budget, budget.limit(uniform), 0, false);
  }

  /**
   * The chosen layout.
   *
   * @param tables sizes and precision of the tables to choose from
   * @param scores [fields · D], one per base column, higher is kept first; NaN counts as lowest, and minus infinity is never kept
   * @param limit the most the layout may cost in the budget's unit
   * @param floor columns that every field gets first, its best ones, while they fit
   * @param stop whether the first column that does not fit ends the choice, instead of being skipped
   */
  static EmbeddingLayout select(EmbeddingLayout tables, double[] scores, Budget budget, long limit, int floor, boolean stop) {
    int d = tables.dimension();
    boolean[] keep = new boolean[scores.length];
    long left = limit - budget.cost(layout(tables, keep));
    if (left < 0) {
      throw new ConfigurationException("the budget, " + budget + " or " + limit + ", does not even hold tables without columns");
    }
    int[] kept = new int[tables.fields()];
    Integer[] order = order(scores);
    for (boolean first : new boolean[] {true, false}) {
      for (int i : order) {
        long cost = budget.columnCost(tables, i / d);
        if (keep[i] || scores[i] == Double.NEGATIVE_INFINITY || (first && kept[i / d] >= floor)) {
          continue;
        }
        if (cost <= left) {
          keep[i] = true;
          kept[i / d]++;
          left -= cost;
        } else if (stop && !first) {
          return layout(tables, keep);
        }
      }
    }
    return layout(tables, keep);
  }

  /** Columns from the highest score to the lowest. */
  private static Integer[] order(double[] scores) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> Double.isNaN(scores[i]) ? Double.POSITIVE_INFINITY : -scores[i]));
    return order;
  }

  /** The layout that keeps the marked base columns. */
  static EmbeddingLayout layout(EmbeddingLayout uniform, boolean[] keep) {
    int d = uniform.dimension();
    int[][] kept = new int[uniform.fields()][];
    for (int f = 0; f < kept.length; f++) {
      int first = f * d;
      kept[f] = java.util.stream.IntStream.range(0, d).filter(j -> keep[first + j]).toArray();
    }
    return new EmbeddingLayout(d, uniform.rows(), kept).withPrecision(uniform.precision());
  }
}
