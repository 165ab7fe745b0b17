package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.IdCounts;
import io.dimsieve.data.Part;
import io.dimsieve.encode.Field;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.List;

/**
 * The control of rows: every field keeps all columns, and values seen fewer than t times in training become unknown; t is the least for which the
 * tables fit the budget. Hashed fields have no order of frequency and keep their rows. No training.
 */
public final class FrequencyThreshold implements SearchMethod {

  @Override
  public String name() {
    return "frequency";
  }

  @Override
  public String summary() {
    return "control: rarer values become unknown, the others keep all columns";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow();
    IdCounts counts = IdCounts.of(task.dataset(), Part.TRAIN);
    return task.budgets().stream().map(budget -> task.plan(this, budget, most(task, counts, budget))).toList();
  }

  private static EmbeddingLayout most(SearchTask task, IdCounts counts, Budget budget) {
    long limit = budget.limit(task.uniform());
    long refused = 0;
    long fits = task.dataset().rows(Part.TRAIN) + 1;
    if (budget.cost(above(task, counts, fits)) > limit) {
      throw new ConfigurationException("the budget, " + budget + ", does not hold one row of each field, and the hashed fields");
    }
    while (fits - refused > 1) {
      long middle = refused + (fits - refused) / 2;
      if (budget.cost(above(task, counts, middle)) <= limit) {
        fits = middle;
      } else {
        refused = middle;
      }
    }
    return above(task, counts, budget.cost(task.uniform()) <= limit ? 0 : fits);
  }

  /** The layout of values seen at least {@code least} times. */
  private static EmbeddingLayout above(SearchTask task, IdCounts counts, long least) {
    List<Field> fields = task.dataset().encoder().schema().fields();
    int[] rows = task.dataset().rows();
    for (int f = 0; f < rows.length; f++) {
      if (!fields.get(f).hashed()) {
        int kept = 1;
        while (kept < rows[f] && counts.count(f, kept) >= least) {
          kept++;
        }
        rows[f] = kept;
      }
    }
    return task.uniform().withRows(rows);
  }
}
