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
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntryMagnitudeTest {

  private static final List<Budget> BUDGETS = List.of(
      new Budget(0.1, Budget.Unit.BYTES), new Budget(0.5, Budget.Unit.PARAMETERS), new Budget(0.3, Budget.Unit.BYTES));

  @TempDir private Path folder;

  private Dataset dataset() {
    return new SyntheticRows(1, 10_000, 8, new int[] {60, 600, 60, 60}, new int[] {8, 8, 8, 0})
        .write(folder.resolve("planted.ds"), Split.random(1, 8, 1, 1), Progress.NONE);
  }

  private static SearchTask task(Backend backend, Dataset dataset, boolean exactDense, Map<String, String> settings, SearchListener listener) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3);
    TrainSpec spec = TrainSpec.of(1).withBatchSize(256).withEpochs(4).withOptimizers(adam, adam.withExactDense(exactDense));
    return new SearchTask(backend, dataset, ModelSpec.of("fm"), 8, spec, BUDGETS, settings, Progress.NONE, () -> false, listener);
  }

  @ParameterizedTest
  @CsvSource({"none,false", "deeplight,false", "deeplight,true"})
  void budgetsAreMetAndTheSearchRepeats(String schedule, boolean exactDense) {
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = dataset()) {
      Map<String, String> settings = Map.of("schedule", schedule);
      List<DimensionPlan> plans = new EntryMagnitude().search(task(backend, dataset, exactDense, settings, SearchListener.NONE));
      SearchTask again = task(single, dataset, exactDense, settings, SearchListener.NONE);
      assertEquals(plans, new EntryMagnitude().search(again));
      plans.forEach(plan -> EntryCountsTest.assertWithin(again, plan));
    }
  }

  /** Zeroed last after 40 steps of a fast schedule: nearly the whole rate is gone, and what no batch of the last steps held stays 0. */
  @Test
  void deepLightPrunesWhileItTrains() {
    long[] zeros = new long[1];
    SearchListener listener = new SearchListener() {
      @Override
      public void found(DimensionPlan plan, CtrModel superNet) {
        long count = 0;
        for (float value : superNet.embeddings().values().toArray()) {
          count += value == 0 ? 1 : 0;
        }
        zeros[0] = count;
      }
    };
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset()) {
      Map<String, String> settings = Map.of("schedule", "deeplight", "warmup", "1", "epochs", "4", "rate", "0.9", "damping", "0.1");
      SearchTask task = task(backend, dataset, false, settings, listener);
      new EntryMagnitude().search(task);
      assertTrue(zeros[0] > 0.3 * task.uniform().parameters() && zeros[0] <= 0.9 * task.uniform().parameters(), zeros[0] + " zeros");
    }
  }

  @Test
  void wrongSettingsAreRefused() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset()) {
      for (Map<String, String> settings : List.of(Map.of("schedule", "fast"), Map.of("rate", "0.5"), Map.of("norm", "mean"))) {
        assertThrows(
            ConfigurationException.class, () -> new EntryMagnitude().search(task(backend, dataset, false, settings, SearchListener.NONE)));
      }
    }
  }
}
