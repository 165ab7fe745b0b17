package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PepTest {

  private static final int[] CARDINALITIES = {60, 600, 60, 60, 60, 60};
  private static final int[] PLANTED = {8, 8, 8, 8, 0, 0};

  @TempDir private Path folder;

  private Dataset dataset(long seed, long rows) {
    return new SyntheticRows(seed, rows, 8, CARDINALITIES, PLANTED)
        .write(folder.resolve("planted.ds"), Split.random(seed, 8, 1, 1), Progress.NONE);
  }

  private static SearchTask task(
      Backend backend, Dataset dataset, List<Budget> budgets, Map<String, String> settings, SearchListener listener) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3);
    return new SearchTask(
        backend, dataset, ModelSpec.of("fm").withDeviation(0.1), 8, TrainSpec.of(1).withBatchSize(256).withOptimizers(adam, adam), budgets,
        settings, Progress.NONE, () -> false, listener);
  }

  /** A hundred budgets in one run, of both units, down to what only ranking at the end can reach; and the model a plan comes with. */
  @Test
  void noBudgetIsExceeded() {
    SplittableRandom random = new SplittableRandom(5);
    List<Budget> budgets = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      double share = 0.005 + 0.9 * random.nextDouble() * random.nextDouble();
      budgets.add(new Budget(share, i % 2 == 0 ? Budget.Unit.BYTES : Budget.Unit.PARAMETERS));
    }
    long[] matching = new long[2];
    SearchListener listener = new SearchListener() {
      @Override
      public void found(DimensionPlan plan, CtrModel superNet) {
        float[][] magnitudes = EntrySelection.magnitudes(superNet.embeddings());
        matching[EntrySelection.nonZero(superNet.layout(), magnitudes).equals(plan.layout()) ? 1 : 0]++;
      }
    };
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(1, 20_000)) {
      SearchTask task = task(backend, dataset, budgets, Map.of("rate", "0.001"), listener);
      List<DimensionPlan> plans = new Pep().search(task);
      for (int i = 0; i < budgets.size(); i++) {
        Budget budget = budgets.get(i);
        assertEquals(budget, plans.get(i).budget());
        long cost = budget.cost(plans.get(i).layout());
        assertTrue(cost <= budget.limit(task.uniform()), budget + " costs " + cost);
        assertTrue(cost >= 0.8 * budget.limit(task.uniform()) || budget.share() < 0.05, budget + " costs only " + cost);
      }
      assertTrue(matching[1] >= 50, matching[1] + " plans were taken in passing");
    }
  }

  @Test
  void theSearchRepeatsOnAnyNumberOfThreads() {
    List<Budget> budgets = List.of(
        new Budget(0.1, Budget.Unit.BYTES), new Budget(0.5, Budget.Unit.PARAMETERS), new Budget(0.5, Budget.Unit.BYTES));
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = dataset(1, 8_000)) {
      List<String> plans = new ArrayList<>();
      for (Backend on : List.of(backend, single)) {
        SearchTask task = task(on, dataset, budgets, Map.of("epochs", "6"), SearchListener.NONE);
        plans.add(new Pep().search(task).stream().map(DimensionPlan::toJson).toList().toString());
      }
      assertEquals(plans.get(0), plans.get(1));
    }
  }

  /** Fields that the labels do not depend on lose more of their entries than those with eight planted dimensions. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void fieldsWithoutPlantedDimensionsGoFirst(long seed) {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(seed, 100_000)) {
      List<Budget> budgets = List.of(new Budget(0.3, Budget.Unit.PARAMETERS));
      SearchTask task = task(backend, dataset, budgets, Map.of("epochs", "6"), SearchListener.NONE);
      RowMasks masks = new Pep().search(task).get(0).layout().rowMasks();
      for (int noise : new int[] {4, 5}) {
        for (int signal : new int[] {0, 2, 3}) {
          String left = masks.entries(noise) + " entries of noise, " + masks.entries(signal) + " of field " + signal;
          assertTrue(masks.entries(noise) < 0.7 * masks.entries(signal), left);
        }
      }
    }
  }

  @Test
  void theLotteryTicketIsTheFirstModel() {
    float[][] ticket = new float[1][];
    SearchListener listener = new SearchListener() {
      @Override
      public void warmedUp(CtrModel superNet) {
        ticket[0] = superNet.embeddings().values().toArray();
      }
    };
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(1, 2_000)) {
      SearchTask task = task(backend, dataset, List.of(new Budget(0.5, Budget.Unit.BYTES)), Map.of("epochs", "1"), listener);
      new Pep().search(task);
      try (CtrModel fresh = new CtrModel(backend, task.model(), task.uniform(), 1)) {
        fresh.initialize(task.train().seed());
        assertArrayEquals(fresh.embeddings().values().toArray(), ticket[0]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "granularity=global", "granularity=dimension", "granularity=feature", "granularity=field", "granularity=field_dimension",
    "threshold=-15", "delay=0", "speed=1", "rate=0.01", "l2=0", "epochs=2"})
  void everySettingRuns(String setting) {
    String[] pair = setting.split("=");
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(2, 4_000)) {
      Budget budget = new Budget(0.3, Budget.Unit.PARAMETERS);
      SearchTask task = task(backend, dataset, List.of(budget), Map.of(pair[0], pair[1]), SearchListener.NONE);
      EntryCountsTest.assertWithin(task, new Pep().search(task).get(0));
    }
  }

  private static void refused(SearchTask task) {
    assertThrows(ConfigurationException.class, () -> new Pep().search(task));
  }

  @Test
  void whatItCannotDoIsRefused() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset(3, 2_000)) {
      List<Budget> bytes = List.of(new Budget(0.3, Budget.Unit.BYTES));
      for (Map<String, String> settings : List.of(Map.of("lr", "1"), Map.of("granularity", "row"), Map.of("threshold", "-15", "delay", "1"))) {
        refused(task(backend, dataset, bytes, settings, SearchListener.NONE));
      }
      refused(task(backend, dataset, List.of(new Budget(0.3, Budget.Unit.DIMENSIONS)), Map.of(), SearchListener.NONE));
      refused(task(backend, dataset, List.of(new Budget(1e-6, Budget.Unit.BYTES)), Map.of("epochs", "1"), SearchListener.NONE));
    }
  }
}
