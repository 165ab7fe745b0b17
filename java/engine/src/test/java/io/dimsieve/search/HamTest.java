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
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HamTest {

  private static final int[] CARDINALITIES = {60, 60, 60, 60, 60, 60};
  private static final int[] PLANTED = {8, 6, 4, 2, 6, 4};

  @TempDir private Path folder;

  private Dataset dataset(long seed, long rows) {
    return new SyntheticRows(seed, rows, 8, CARDINALITIES, PLANTED)
        .write(folder.resolve("planted.ds"), Split.random(seed, 8, 1, 1), Progress.NONE);
  }

  /** Rows whose labels come from a factorization machine in which field f needs exactly PLANTED[f] of 8 dimensions. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void plantedDimensionsAreRecovered(long seed) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3);
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(seed, 200_000)) {
      Budget budget = new Budget(Arrays.stream(PLANTED).sum() / (8.0 * PLANTED.length), Budget.Unit.DIMENSIONS);
      SearchTask task = new SearchTask(
          backend, dataset, ModelSpec.of("fm").withDeviation(0.1), 8, TrainSpec.of(seed).withBatchSize(1024).withOptimizers(adam, adam),
          List.of(budget), Map.of("warmup", "1", "epochs", "39", "lambda", "0.1"), Progress.NONE, () -> false, SearchListener.NONE);
      int[] found = new Ham().search(task).get(0).layout().widths();
      for (int f = 0; f < PLANTED.length; f++) {
        assertEquals(PLANTED[f], found[f], 1, "field " + f + " of " + Arrays.toString(found) + ", planted " + Arrays.toString(PLANTED));
      }
    }
  }

  private static SearchTask task(Backend backend, Dataset dataset, List<Budget> budgets, long seed, Map<String, String> settings) {
    return new SearchTask(
        backend, dataset, ModelSpec.of("fm").withDeviation(0.1), 8, TrainSpec.of(seed).withBatchSize(1024), budgets, settings, Progress.NONE,
        () -> false, SearchListener.NONE);
  }

  @Test
  void everyBudgetIsMetAndTheSearchRepeats() {
    List<Budget> budgets = List.of(
        new Budget(0.1, Budget.Unit.BYTES), new Budget(0.5, Budget.Unit.BYTES), new Budget(0.25, Budget.Unit.BYTES));
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = dataset(1, 20_000)) {
      List<DimensionPlan> plans = new Ham().search(task(backend, dataset, budgets, 1, Map.of()));
      for (int i = 0; i < plans.size(); i++) {
        assertEquals(budgets.get(i), plans.get(i).budget());
        assertTrue(budgets.get(i).cost(plans.get(i).layout()) <= budgets.get(i).limit(task(backend, dataset, budgets, 1, Map.of()).uniform()));
      }
      assertEquals(plans, new Ham().search(task(single, dataset, budgets, 1, Map.of())));
      for (int i = 0; i < plans.size(); i++) {
        assertEquals(List.of(plans.get(i)), new Ham().search(task(backend, dataset, List.of(budgets.get(i)), 1, Map.of())), "a budget alone");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "surrogate=identity", "surrogate=clipped", "surrogate=softplus", "surrogate=sigmoid", "surrogate=step", "gradient=sign", "normalize=field",
    "level=two", "lambda=0", "orthogonal=soft", "warmup=0", "mu=0.5", "gamma=0", "gamma=1",
    "cap=none", "gram=kept"})
  void everySettingRuns(String setting) {
    String[] pair = setting.split("=");
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(2, 8_000)) {
      Budget budget = new Budget(0.3, Budget.Unit.DIMENSIONS);
      DimensionPlan plan = new Ham().search(task(backend, dataset, List.of(budget), 1, Map.of(pair[0], pair[1]))).get(0);
      assertEquals(14, Arrays.stream(plan.layout().widths()).sum());
    }
  }

  @Test
  void unknownSettingsAreRefused() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset(3, 2_000)) {
      List<Budget> budgets = List.of(new Budget(0.3, Budget.Unit.BYTES));
      assertThrows(ConfigurationException.class, () -> new Ham().search(task(backend, dataset, budgets, 1, Map.of("lamda", "1"))));
      assertThrows(ConfigurationException.class, () -> new Ham().search(task(backend, dataset, budgets, 1, Map.of("lambda", "much"))));
      assertThrows(ConfigurationException.class, () -> new Ham().search(task(backend, dataset, budgets, 1, Map.of("surrogate", "relu"))));
    }
  }
}
