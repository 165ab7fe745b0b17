package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.Tensor;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SsedsTest {

  private static final int D = 8;

  @TempDir private Path folder;

  private Dataset dataset(long rows, int[] cardinalities, int[] planted) {
    int rank = Math.min(D, Arrays.stream(planted).sum() / 2);
    return new SyntheticRows(5, rows, rank, cardinalities, planted).write(folder.resolve("rows.ds"), Split.random(5, 8, 1, 1), Progress.NONE);
  }

  private static SearchTask task(Backend backend, Dataset dataset, List<Budget> budgets, Map<String, String> settings) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3);
    return new SearchTask(
        backend, dataset, ModelSpec.of("fm").withDeviation(0.1), D, TrainSpec.of(3).withBatchSize(1024).withEpochs(6).withOptimizers(adam, adam),
        budgets, settings, Progress.NONE, () -> false, SearchListener.NONE);
  }

  /** ∂L/∂α of a column is what the loss does when the column is scaled: central differences over one batch of the whole part. */
  @Test
  void saliencyIsTheSlopeOfTheLossInAColumnsScale() {
    int rows = 400;
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(500, new int[] {20, 30, 5}, new int[] {2, 2, 2})) {
      SearchTask task = task(backend, dataset, List.of(new Budget(0.5, Budget.Unit.BYTES)), Map.of());
      try (CtrModel model = task.superNet(1024)) {
        double[] saliency = Sseds.saliency(task, model, Part.TRAIN, rows, 1, false);
        assertEquals(1, Arrays.stream(saliency).sum(), 1e-12);
        double[] slopes = new double[saliency.length];
        for (int c = 0; c < slopes.length; c++) {
          slopes[c] = Math.abs(lossScaled(model, dataset, c, 1.05f) - lossScaled(model, dataset, c, 0.95f)) / 0.1;
        }
        double total = Arrays.stream(slopes).sum();
        for (int c = 0; c < slopes.length; c++) {
          assertEquals(slopes[c] / total, saliency[c], 2e-3, "column " + c);
        }
      }
    }
  }

  private static double lossScaled(CtrModel model, Dataset dataset, int column, float by) {
    Tensor values = model.embeddings().values();
    float[] before = values.toArray();
    float[] scaled = before.clone();
    long base = model.embeddings().base(column / D);
    for (int r = 0; r < model.layout().rows(column / D); r++) {
      scaled[(int) base + r * D + column % D] *= by;
    }
    values.set(0, scaled);
    double loss = Evaluator.evaluate(model, dataset, Part.TRAIN).logLoss();
    values.set(0, before);
    return loss;
  }

  @Test
  void noBudgetIsExceededAndTheWholeOneKeepsEverything() {
    SplittableRandom random = new SplittableRandom(9);
    List<Budget> budgets = IntStream.range(0, 100)
        .mapToObj(i -> new Budget(0.02 + 0.98 * Math.pow(random.nextDouble(), 2), Budget.Unit.values()[i % 3])).toList();
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(6_000, new int[] {300, 40, 5, 90}, new int[] {4, 2, 2, 2})) {
      for (Map<String, String> settings : List.of(
          Map.<String, String>of(), Map.of("floor", "1"), Map.of("fill", "stop", "gamma", "0"), Map.of("form", "mean-of-abs", "part", "validation"))) {
        SearchTask task = task(backend, dataset, budgets, settings);
        for (DimensionPlan plan : new Sseds().search(task)) {
          assertTrue(plan.budget().cost(plan.layout()) <= plan.budget().limit(task.uniform()), plan.toString());
        }
      }
      SearchTask whole = task(backend, dataset, List.of(new Budget(1, Budget.Unit.BYTES)), Map.of("batches", "1"));
      assertEquals(whole.uniform(), new Sseds().search(whole).get(0).layout());
    }
  }

  /** Fields that carry nothing lose their columns first, and a model trained before gives the same plan as one trained here. */
  @Test
  void uselessFieldsGoFirstAndThePlanRepeats() {
    int[] planted = {6, 0, 6, 0, 6};
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = dataset(60_000, new int[] {60, 60, 60, 60, 60}, planted)) {
      List<Budget> budgets = List.of(new Budget(0.45, Budget.Unit.DIMENSIONS));
      SearchTask task = task(backend, dataset, budgets, Map.of());
      DimensionPlan plan = new Sseds().search(task).get(0);
      int[] widths = plan.layout().widths();
      assertTrue(widths[1] + widths[3] <= 2, Arrays.toString(widths));
      SearchTask again = task(single, dataset, budgets, Map.of());
      assertEquals(plan, new Sseds().search(again).get(0));
      try (CtrModel trained = again.trainedModel(0)) {
        SearchTask given = new SearchTask(
            single, dataset, again.model(), D, again.train(), budgets, Map.of(), Progress.NONE, () -> false, SearchListener.NONE,
            model -> Compactor.copy(trained, model));
        assertEquals(plan, new Sseds().search(given).get(0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch=0", "batches=none", "form=abs", "part=test", "gamma=2", "floor=9", "fill=all", "batchs=2"})
  void wrongSettingsAreRefused(String setting) {
    String[] pair = setting.split("=");
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset(2_000, new int[] {9, 9}, new int[] {1, 1})) {
      SearchTask task = task(backend, dataset, List.of(new Budget(0.5, Budget.Unit.BYTES)), Map.of(pair[0], pair[1]));
      assertThrows(ConfigurationException.class, () -> new Sseds().search(task));
    }
  }
}
