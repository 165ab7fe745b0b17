package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.IdCounts;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrequencyThresholdTest {

  @TempDir private Path folder;

  @Test
  void keepsAllValuesAboveOneCountAndTheLeastCountThatFits() {
    SplittableRandom random = new SplittableRandom(4);
    List<Budget> budgets = IntStream.range(0, 100)
        .mapToObj(i -> new Budget(i == 0 ? 1 : 0.05 + 0.95 * random.nextDouble(), Budget.Unit.values()[i % 2])).toList();
    SyntheticRows rows = new SyntheticRows(1, 5_000, 2, new int[] {800, 90, 7}, new int[] {2, 2, 2});
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = rows.write(folder.resolve("rows.ds"), Split.random(1, 8, 1, 1), Progress.NONE)) {
      SearchTask task = new SearchTask(
          backend, dataset, ModelSpec.of("fm"), 8, TrainSpec.of(1), budgets, Map.of(), Progress.NONE, () -> false, SearchListener.NONE);
      IdCounts counts = IdCounts.of(dataset, Part.TRAIN);
      List<DimensionPlan> plans = new FrequencyThreshold().search(task);
      assertEquals(task.uniform(), plans.get(0).layout());
      for (DimensionPlan plan : plans) {
        EmbeddingLayout layout = plan.layout();
        assertTrue(plan.budget().cost(layout) <= plan.budget().limit(task.uniform()));
        assertArrayEquals(task.uniform().widths(), layout.widths());
        long least = Long.MAX_VALUE;
        long mostLost = -1;
        for (int f = 0; f < layout.fields(); f++) {
          for (int row = 1; row < layout.rows(f); row++) {
            least = Math.min(least, counts.count(f, row));
          }
          if (layout.rows(f) < dataset.rows()[f]) {
            mostLost = Math.max(mostLost, counts.count(f, layout.rows(f)));
          }
        }
        assertTrue(mostLost < least, plan.budget() + ": lost a value seen " + mostLost + " times, kept one seen " + least);
      }
    }
  }

  @Test
  void aBudgetBelowOneRowAFieldIsRefused() {
    SyntheticRows rows = new SyntheticRows(1, 500, 1, new int[] {9, 9}, new int[] {1, 1});
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = rows.write(folder.resolve("rows.ds"), Split.random(1, 8, 1, 1), Progress.NONE)) {
      List<Budget> budgets = List.of(new Budget(0.01, Budget.Unit.BYTES));
      SearchTask task = new SearchTask(
          backend, dataset, ModelSpec.of("fm"), 8, TrainSpec.of(1), budgets, Map.of(), Progress.NONE, () -> false, SearchListener.NONE);
      assertThrows(ConfigurationException.class, () -> new FrequencyThreshold().search(task));
    }
  }
}
