package io.dimsieve.search;

import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Part;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.optimizer.MaskGradientProbe;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import io.dimsieve.train.TrainingStep;
import java.util.List;

/**
 * Single-shot embedding dimension search (Qu et al., SIGIR 2022). Behind the tables of a trained model stands a mask α = 1 on every column of every
 * field; one forward and backward gives its gradient G = Σ_b δê e, and s = |G| / Σ|G| ranks the columns under the budget. The criterion is SNIP's (Lee
 * et al. 2019), moved from weights to columns.
 *
 * <p>Settings: {@code batches} K and their size {@code batch}; {@code form} abs-of-sum (|Σ_k G_k|, the paper's with K = 1) or mean-of-abs (Σ_k |G_k|);
 * {@code part} train or validation; {@code gamma}: s / rows^γ is ranked, 0 being the paper's order and 1 saliency per parameter; {@code floor} columns
 * for every field first; {@code fill} skip or stop at the first column that does not fit.
 */
public final class Sseds implements SearchMethod {

  @Override
  public String name() {
    return "sseds";
  }

  @Override
  public String summary() {
    return "single-shot saliency of a trained model's columns (Qu et al. 2022)";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow("batches", "batch", "form", "part", "gamma", "floor", "fill");
    int batch = (int) task.number("batch", 10_000, 1, 1 << 24);
    int batches = (int) task.number("batches", 10, 1, 1e9);
    boolean abs = task.flag("form", "abs-of-sum", "mean-of-abs");
    Part part = task.flag("part", "train", "validation") ? Part.VALIDATION : Part.TRAIN;
    double gamma = task.number("gamma", 0.5, 0, 1);
    int floor = (int) task.number("floor", 0, 0, task.dimension());
    boolean stop = task.flag("fill", "skip", "stop");
    try (CtrModel model = task.trainedModel(batch)) {
      double[] scores = density(task.uniform(), saliency(task, model, part, batch, batches, abs), gamma);
      EmbeddingLayout uniform = task.uniform();
      List<DimensionPlan> plans = task.budgets().stream()
          .map(budget -> task.plan(this, budget, ColumnSelection.select(uniform, scores, budget, budget.limit(uniform), floor, stop)))
          .toList();
      plans.forEach(plan -> task.listener().found(plan, model));
      return plans;
    }
  }

  /**
   * Saliency of every column of a model's tables, [fields · D]; adds up to 1.
   *
   * @param batch rows of a batch, at most the model's capacity
   * @param abs whether magnitudes are summed over batches, instead of signed gradients
   */
  static double[] saliency(SearchTask task, CtrModel model, Part part, int batch, int batches, boolean abs) {
    int columns = model.layout().columns();
    double[] sums = new double[columns];
    try (Arena arena = new Arena(task.backend());
        TrainingStep step = new TrainingStep(model, task.train());
        BatchReader reader = new BatchReader(
            task.dataset(), part, batch, task.train().seed(), true, BatchReader.DEFAULT_WINDOW_ROWS, HostAllocator.INSTANCE)) {
      MaskGradientProbe probe = new MaskGradientProbe(task.backend(), arena, model.embeddings(), step.groups(), model.lookup().gradient());
      Tensor gradient = Tensor.floats(task.backend(), arena, 1, columns);
      reader.beginEpoch(1);
      int done = 0;
      for (Batch rows; done < batches && (rows = reader.next()) != null; done++) {
        step.backpropagate(rows.ids(), rows.labels(), rows.size());
        probe.measure(rows.size(), gradient, false);
        float[] g = gradient.toArray();
        for (int c = 0; c < columns; c++) {
          // The loss is a batch's mean: weight by rows, the last batch may be short.
          sums[c] += (double) rows.size() * (abs ? Math.abs(g[c]) : g[c]);
        }
      }
    }
    double total = 0;
    for (int c = 0; c < columns; c++) {
      sums[c] = Math.abs(sums[c]);
      total += sums[c];
    }
    for (int c = 0; c < columns && total > 0; c++) {
      sums[c] /= total;
    }
    return sums;
  }

  private static double[] density(EmbeddingLayout uniform, double[] saliency, double gamma) {
    int d = uniform.dimension();
    double[] density = saliency.clone();
    for (int c = 0; c < density.length; c++) {
      density[c] /= Math.pow(uniform.rows(c / d), gamma);
    }
    return density;
  }
}
