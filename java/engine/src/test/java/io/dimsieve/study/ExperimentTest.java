package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.search.Budget;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchMethod;
import io.dimsieve.search.SearchTask;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {

  private static final List<Budget> HALF = List.of(new Budget(0.5, Budget.Unit.PARAMETERS));

  @TempDir private Path folder;

  /** Keeps two of four columns and half of the rows everywhere, and trains nothing. */
  private record Halves(boolean gives, boolean retrains) implements SearchMethod {

    @Override
    public String name() {
      return "halves";
    }

    @Override
    public String summary() {
      return "";
    }

    @Override
    public List<DimensionPlan> search(SearchTask task) {
      int[] rows = task.dataset().rows();
      int[][] kept = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
      EmbeddingLayout layout = new EmbeddingLayout(4, rows, kept).withRows(new int[] {10, 8, 5, 4});
      List<Integer> all = Arrays.stream(rows).boxed().toList();
      DimensionPlan plan = new DimensionPlan(task.fieldNames(), all, layout, name(), task.budgets().get(0), 1, Map.of());
      if (gives) {
        try (CtrModel model = new CtrModel(task.backend(), task.model(), task.uniform(), 64)) {
          model.initialize(3);
          task.listener().found(plan, model);
        }
      }
      return List.of(plan);
    }
  }

  private static Experiment experiment(Backend backend, Dataset dataset, Retrain retrain, BooleanSupplier stop) {
    return new Experiment(backend, dataset, StudyFixture.FM, 4, StudyFixture.TRAIN, retrain, Progress.NONE, stop);
  }

  @Test
  void aMethodThatNeedsNoRetrainingIsTestedAsFound() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = StudyFixture.dataset(folder)) {
      Experiment experiment = experiment(backend, dataset, Retrain.FRESH, () -> false);
      try (Experiment.Found found = experiment.search(new Halves(true, false), HALF, Map.of())) {
        Outcome outcome = experiment.outcome(found, 0);
        assertEquals(List.of(), outcome.curve());
        assertTrue(outcome.test().auc() > 0 && outcome.validationAuc() > 0);
      }
      ConfigurationException none =
          assertThrows(ConfigurationException.class, () -> experiment.search(new Halves(false, false), HALF, Map.of()));
      assertTrue(none.getMessage().contains("gave no trained model"));
    }
  }

  @Test
  void fewerRowsAreTrainedOnFoldedIdsFreshOrInherited() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = StudyFixture.dataset(folder)) {
      double[] auc = new double[2];
      for (Retrain retrain : Retrain.values()) {
        Experiment experiment = experiment(backend, dataset, retrain, () -> false);
        try (Experiment.Found found = experiment.search(new Halves(true, true), HALF, Map.of())) {
          Outcome outcome = experiment.outcome(found, 0);
          assertTrue(outcome.curve().size() >= 1);
          auc[retrain.ordinal()] = outcome.curve().get(0);
        }
      }
      assertTrue(auc[0] != auc[1], "inherited weights are others than fresh ones");
    }
  }

  @Test
  void stoppingGivesNothing() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = StudyFixture.dataset(folder)) {
      Experiment experiment = experiment(backend, dataset, Retrain.INHERIT, () -> true);
      assertNull(experiment.search(new Halves(true, true), HALF, Map.of()));
      assertNull(experiment.full());
    }
  }
}
