package io.dimsieve.search;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The control that must be beaten: every field keeps the same first D′ columns, as many as fit. No training. */
public final class UniformDimension implements SearchMethod {

  @Override
  public String name() {
    return "uniform";
  }

  @Override
  public String summary() {
    return "control: the same smaller dimension for every field";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow();
    return task.budgets().stream().map(budget -> task.plan(this, budget, largest(task.uniform(), budget))).toList();
  }

  private static EmbeddingLayout largest(EmbeddingLayout uniform, Budget budget) {
    for (int d = uniform.dimension(); d > 0; d--) {
      EmbeddingLayout layout = prefix(uniform, d);
      if (budget.cost(layout) <= budget.limit(uniform)) {
        return layout;
      }
    }
    return prefix(uniform, 0);
  }

  private static EmbeddingLayout prefix(EmbeddingLayout uniform, int d) {
    int[][] kept = new int[uniform.fields()][];
    Arrays.fill(kept, IntStream.range(0, d).toArray());
    return new EmbeddingLayout(uniform.dimension(), uniform.rows(), kept);
  }
}
