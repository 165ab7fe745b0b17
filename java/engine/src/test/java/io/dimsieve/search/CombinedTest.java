package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CombinedTest {

  private static final int D = 8;

  @TempDir private Path folder;

  private Dataset dataset(long rows, int rank, int[] cardinalities, int[] planted) {
    return new SyntheticRows(5, rows, rank, cardinalities, planted).write(folder.resolve("rows.ds"), Split.random(5, 8, 1, 1), Progress.NONE);
  }

  private static SearchTask task(Backend backend, Dataset dataset, List<Budget> budgets, Map<String, String> settings) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3);
    return new SearchTask(
        backend, dataset, ModelSpec.of("fm").withDeviation(0.1), D, TrainSpec.of(3).withBatchSize(1024).withEpochs(8).withOptimizers(adam, adam),
        budgets, settings, Progress.NONE, () -> false, SearchListener.NONE);
  }

  @Test
  void noBudgetIsExceededAndThePlanRepeatsOnAnyNumberOfThreads() {
    SplittableRandom random = new SplittableRandom(9);
    List<Budget> budgets = IntStream.range(0, 100)
        .mapToObj(i -> new Budget(0.02 + 0.98 * Math.pow(random.nextDouble(), 3), Budget.Unit.values()[i % 3])).toList();
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = dataset(6_000, 4, new int[] {600, 40, 5, 90}, new int[] {4, 2, 2, 2})) {
      SearchTask task = task(backend, dataset, budgets, Map.of());
      List<DimensionPlan> plans = new Combined().search(task);
      for (DimensionPlan plan : plans) {
        assertTrue(plan.budget().cost(plan.layout()) <= plan.budget().limit(task.uniform()), plan.budget() + " " + plan.layout());
        assertEquals(Precision.I8, plan.layout().precision());
      }
      assertEquals(plans, new Combined().search(task(single, dataset, budgets, Map.of())));
    }
  }

  /** Under a tight budget fields that carry nothing get nothing, and no rare value more than a frequent one of its field by much. */
  @Test
  void usefulFieldsAndFrequentValuesAreServedFirst() {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(80_000, 6, new int[] {400, 400, 400, 400}, new int[] {6, 0, 6, 0})) {
      SearchTask task = task(backend, dataset, List.of(new Budget(0.05, Budget.Unit.BYTES)), Map.of());
      EmbeddingLayout layout = new Combined().search(task).get(0).layout();
      long useful = layout.rowMasks().entries(0) + layout.rowMasks().entries(2);
      long useless = layout.rowMasks().entries(1) + layout.rowMasks().entries(3);
      assertTrue(useless < useful / 5, useful + " entries for useful fields, " + useless + " for useless ones");
      for (int f : new int[] {0, 2}) {
        int frequent = Long.bitCount(layout.rowMasks().bits(f, 1));
        int rare = Long.bitCount(layout.rowMasks().bits(f, layout.rows(f) - 1));
        assertTrue(frequent > rare, "field " + f + ": " + frequent + " dimensions for the most frequent value, " + rare + " for the rarest");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"precision=f8", "part=test", "bands=0", "batch=0", "rows=3"})
  void wrongSettingsAreRefused(String setting) {
    String[] pair = setting.split("=");
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset(2_000, 1, new int[] {9, 9}, new int[] {1, 1})) {
      SearchTask task = task(backend, dataset, List.of(new Budget(0.5, Budget.Unit.BYTES)), Map.of(pair[0], pair[1]));
      assertThrows(ConfigurationException.class, () -> new Combined().search(task));
    }
  }
}
