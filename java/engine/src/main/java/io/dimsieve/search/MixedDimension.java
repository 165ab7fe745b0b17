package io.dimsieve.search;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A control: mixed dimension embeddings (Ginart et al. 2021), d_f = D · (n_min / n_f)^a with n_f the rows of a field's table, at least 1. The least a that
 * fits the budget is found by bisection. No training; and no projections to a common dimension: a field keeps its first d_f columns. A budget that not even
 * one column a field fits takes the columns of the largest tables away.
 */
public final class MixedDimension implements SearchMethod {

  private static final double STEEPEST = 64;
  private static final int HALVINGS = 60;

  @Override
  public String name() {
    return "mde";
  }

  @Override
  public String summary() {
    return "control: dimensions fall with a power of the table's rows (Ginart et al. 2021)";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow();
    return task.budgets().stream().map(budget -> task.plan(this, budget, gentlest(task.uniform(), budget))).toList();
  }

  private static EmbeddingLayout gentlest(EmbeddingLayout uniform, Budget budget) {
    if (budget.cost(uniform) <= budget.limit(uniform)) {
      return uniform;
    }
    double low = 0;
    double high = STEEPEST;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (budget.cost(layout(uniform, middle)) <= budget.limit(uniform)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    EmbeddingLayout found = layout(uniform, high);
    if (budget.cost(found) <= budget.limit(uniform)) {
      return found;
    }
    // Even one column a field is too much: columns of small tables first.
    double[] scores = new double[uniform.fields() * uniform.dimension()];
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    for (int f = 0; f < uniform.fields(); f++) {
      scores[f * uniform.dimension()] = -uniform.rows(f);
    }
    return ColumnSelection.select(uniform, scores, budget);
  }

  private static EmbeddingLayout layout(EmbeddingLayout uniform, double a) {
    int d = uniform.dimension();
    int least = Arrays.stream(uniform.rows()).min().orElse(1);
    int[][] kept = new int[uniform.fields()][];
    for (int f = 0; f < kept.length; f++) {
      double share = StrictMath.pow((double) least / uniform.rows(f), a);
      kept[f] = IntStream.range(0, (int) Math.max(1, StrictMath.floor(d * share + 1e-9))).toArray();
    }
    return new EmbeddingLayout(d, uniform.rows(), kept);
  }
}
