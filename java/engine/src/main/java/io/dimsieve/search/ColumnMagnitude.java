package io.dimsieve.search;

import io.dimsieve.model.CtrModel;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import java.util.List;

/**
 * The control every saliency must beat: train the uniform model, rank columns by root mean square ‖E_{f,·j}‖ / √n_f, keep the largest that fit. The
 * setting {@code norm=total} ranks by ‖E_{f,·j}‖ itself, which favours large tables.
 */
public final class ColumnMagnitude implements SearchMethod {

  @Override
  public String name() {
    return "magnitude";
  }

  @Override
  public String summary() {
    return "control: columns of the trained uniform model ranked by their norm";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow("norm");
    boolean total = task.flag("norm", "mean", "total");
    try (CtrModel model = task.trainedModel(0)) {
      double[] scores = norms(model.embeddings(), total);
      List<DimensionPlan> plans =
          task.budgets().stream().map(budget -> task.plan(this, budget, ColumnSelection.select(task.uniform(), scores, budget))).toList();
      plans.forEach(plan -> task.listener().found(plan, model));
      return plans;
    }
  }

  /** Root mean square (or norm) of every column, [fields · D]; sums in float64 in row order. */
  static double[] norms(EmbeddingTable table, boolean total) {
    EmbeddingLayout layout = table.layout();
    int d = layout.dimension();
    double[] norms = new double[layout.fields() * d];
    int piece = Math.max(1, (1 << 20) / d);
    for (int f = 0; f < layout.fields(); f++) {
      for (int first = 0; first < layout.rows(f); first += piece) {
        int rows = Math.min(piece, layout.rows(f) - first);
        float[] values = table.values().get(table.base(f) + (long) first * d, rows * d);
        for (int i = 0; i < values.length; i++) {
          norms[f * d + i % d] += (double) values[i] * values[i];
        }
      }
      for (int j = 0; j < d; j++) {
        norms[f * d + j] = Math.sqrt(norms[f * d + j] / (total ? 1 : layout.rows(f)));
      }
    }
    return norms;
  }
}
