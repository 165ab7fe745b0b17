package io.dimsieve.search;

import java.util.List;
import java.util.SplittableRandom;

/** A control: columns in random order, kept while they fit the budget. No training. */
public final class RandomColumns implements SearchMethod {

  @Override
  public String name() {
    return "random";
  }

  @Override
  public String summary() {
    return "control: random columns under the same budget";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow();
    SplittableRandom random = new SplittableRandom(task.train().seed());
    double[] scores = random.doubles((long) task.uniform().fields() * task.dimension()).toArray();
    return task.budgets().stream().map(budget -> task.plan(this, budget, ColumnSelection.select(task.uniform(), scores, budget))).toList();
  }
}
