package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixedDimensionTest {

  @TempDir private Path folder;

  /** No search behind this method trains, so it needs no back end. */
  private EmbeddingLayout layout(Dataset dataset, Budget budget) {
    return new MixedDimension().search(new SearchTask(
        null, dataset, ModelSpec.of("fm"), 16, TrainSpec.of(1), List.of(budget), Map.of(), Progress.NONE, () -> false, SearchListener.NONE))
        .get(0).layout();
  }

  @Test
  void largerTablesGetFewerColumnsAndNoBudgetIsExceeded() {
    SyntheticRows rows = new SyntheticRows(1, 100, 16, new int[] {19, 99, 999, 9999}, new int[] {8, 8, 8, 8});
    try (Dataset dataset = rows.write(folder.resolve("set"), Split.random(1, 8, 1, 1), Progress.NONE)) {
      EmbeddingLayout uniform = EmbeddingLayout.uniform(16, dataset.rows());
      assertEquals(uniform, layout(dataset, new Budget(1, Budget.Unit.BYTES)));
      SplittableRandom random = new SplittableRandom(4);
      for (int i = 0; i < 100; i++) {
        Budget budget = new Budget(0.01 + 0.99 * random.nextDouble(), Budget.Unit.values()[i % 3]);
        EmbeddingLayout layout = layout(dataset, budget);
        assertTrue(budget.cost(layout) <= budget.limit(uniform), budget.toString());
        for (int f = 1; f < 4; f++) {
          assertTrue(layout.width(f) <= layout.width(f - 1), layout.toString());
        }
      }
    }
  }

  /** Rows 20, 100, 1000, 10000: a = 1/2 gives 16, 16/√5, 16/√50 and 16/√500 columns. */
  @Test
  void theExponentIsFound() {
    SyntheticRows rows = new SyntheticRows(1, 100, 16, new int[] {19, 99, 999, 9999}, new int[] {8, 8, 8, 8});
    try (Dataset dataset = rows.write(folder.resolve("set"), Split.random(1, 8, 1, 1), Progress.NONE)) {
      double parameters = 20 * 16 + 100 * 7 + 1000 * 2 + 10000;
      assertArrayEquals(
          new int[] {16, 7, 2, 1}, layout(dataset, new Budget(parameters / (16 * 11120), Budget.Unit.PARAMETERS)).widths());
    }
  }
}
