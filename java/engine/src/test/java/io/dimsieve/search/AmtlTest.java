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
import io.dimsieve.memory.Arena;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.TwinMask;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.StepHook;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AmtlTest {

  private static final int D = 8;

  @TempDir private Path folder;

  private Dataset dataset(long seed, long rows, int cardinality) {
    int[] cardinalities = {cardinality, cardinality, cardinality, cardinality};
    return new SyntheticRows(seed, rows, D, cardinalities, new int[] {6, 6, 6, 6})
        .write(folder.resolve("planted.ds"), Split.random(seed, 8, 1, 1), Progress.NONE);
  }

  private static SearchTask task(Backend backend, Dataset dataset, List<Budget> budgets, Map<String, String> settings, SearchListener listener) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3);
    return new SearchTask(
        backend, dataset, ModelSpec.of("fm").withDeviation(0.1), D, TrainSpec.of(1).withBatchSize(1024).withOptimizers(adam, adam), budgets,
        settings, Progress.NONE, () -> false, listener);
  }

  /**
   * Every value of a field has the same planted dimensions, but only those that occur often enough can learn them: by Zipf's law half the rows show a few
   * dozen of 2000 values, the rarest half of the values a tenth of the rows.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void frequentValuesKeepMoreColumns(long seed) {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(seed, 100_000, 2000)) {
      List<Budget> budgets = List.of(new Budget(0.3, Budget.Unit.BYTES));
      DimensionPlan plan = new Amtl().search(task(backend, dataset, budgets, Map.of("settle", "0"), SearchListener.NONE)).get(0);
      IdCounts counts = IdCounts.of(dataset, Part.TRAIN);
      double[] kept = new double[2];
      int[] values = new int[2];
      for (int f = 0; f < 4; f++) {
        for (int r = 1; r < dataset.rows()[f]; r++) {
          int frequent = counts.count(f, r) >= 60 ? 1 : 0;
          values[frequent]++;
          kept[frequent] += Long.bitCount(plan.layout().rowMasks().bits(f, r));
        }
      }
      assertTrue(kept[1] / values[1] > kept[0] / values[0] + 2, "frequent " + kept[1] / values[1] + ", rare " + kept[0] / values[0]);
    }
  }

  @Test
  void everyBudgetIsMetAndTheSearchRepeats() {
    List<Budget> budgets = List.of(
        new Budget(0.1, Budget.Unit.BYTES), new Budget(0.5, Budget.Unit.BYTES), new Budget(0.25, Budget.Unit.BYTES));
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = dataset(1, 20_000, 300)) {
      List<float[]> tables = new ArrayList<>();
      SearchListener keep = new SearchListener() {
        @Override
        public void found(DimensionPlan plan, CtrModel superNet) {
          tables.add(superNet.embeddings().values().toArray());
        }
      };
      SearchTask task = task(backend, dataset, budgets, Map.of("epochs", "2", "settle", "0.5"), keep);
      List<DimensionPlan> plans = new Amtl().search(task);
      for (int i = 0; i < plans.size(); i++) {
        assertEquals(budgets.get(i), plans.get(i).budget());
        assertTrue(budgets.get(i).cost(plans.get(i).layout()) <= budgets.get(i).limit(task.uniform()));
      }
      assertEquals(plans, new Amtl().search(task(single, dataset, budgets, Map.of("epochs", "2", "settle", "0.5"), keep)));
      assertEquals(6, tables.size());
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(tables.get(i), tables.get(i + 3));
      }
    }
  }

  /** What is handed over scores as the compacted model, needs no retraining, and its masked entries are 0. */
  @Test
  void thePlansWeightsAreHandedOver() {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(1, 20_000, 300)) {
      List<DimensionPlan> told = new ArrayList<>();
      SearchListener check = new SearchListener() {
        @Override
        public void found(DimensionPlan plan, CtrModel superNet) {
          told.add(plan);
          EmbeddingLayout uniform = superNet.layout();
          for (int f = 0; f < uniform.fields(); f++) {
            float[] values = superNet.embeddings().values().get(superNet.embeddings().base(f), uniform.rows(f) * D);
            for (int i = 0; i < values.length; i++) {
              boolean open = (plan.layout().rowMasks().bits(f, i / D) >>> (i % D) & 1) != 0;
              assertEquals(open, values[i] != 0, "field " + f + " entry " + i);
            }
          }
          try (CtrModel compact = Compactor.compact(backend, superNet, plan.layout(), 1024)) {
            assertEquals(
                Evaluator.evaluate(superNet, dataset, Part.TEST).auc(), Evaluator.evaluate(compact, dataset, Part.TEST).auc(), 1e-9);
          }
        }
      };
      List<Budget> budgets = List.of(new Budget(0.3, Budget.Unit.BYTES), new Budget(0.2, Budget.Unit.PARAMETERS));
      assertEquals(told, new Amtl().search(task(backend, dataset, budgets, Map.of("epochs", "2", "settle", "0.5"), check)));
    }
  }

  /** Behind masks that keep everything, training is the plain one, bit for bit. */
  @Test
  void allColumnsEqualTheBaseline() {
    TrainSpec spec = TrainSpec.of(4).withBatchSize(1024).withEpochs(2).withPatience(0);
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(4, 8_000, 100)) {
      List<float[]> trained = new ArrayList<>();
      for (boolean masked : new boolean[] {false, true}) {
        try (CtrModel model = new CtrModel(backend, ModelSpec.of("deepfm"), EmbeddingLayout.uniform(D, dataset.rows()), 1024);
            Arena arena = new Arena(backend)) {
          model.initialize(4);
          try (Trainer trainer = new Trainer(model, spec, dataset)) {
            FrequencyClasses classes = new FrequencyClasses(IdCounts.of(dataset, Part.TRAIN), 8, true);
            TwinMask mask = new TwinMask(
                backend, arena, model.embeddings(), trainer.step().groups(), model.lookup().keepMatrix().gradient(), classes.forTwins(),
                new TwinMask.Shape(classes.inputs(), 32, 16, D, true), OptimizerSpec.adam(1e-3), 1);
            if (masked) {
              model.embeddings().rowMask(mask.rowMask());
              trainer.add(new StepHook() {
                @Override
                public void beforeForward(long step) {
                  mask.choose();
                  mask.writeBatch();
                }

                @Override
                public void beforeUpdate(long step) {
                  mask.measure();
                }
              });
            }
            trainer.fit();
            mask.close();
          }
          model.arrays().values().forEach(array -> trained.add(array.toArray()));
        }
      }
      int half = trained.size() / 2;
      for (int i = 0; i < half; i++) {
        assertArrayEquals(trained.get(i), trained.get(half + i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"warmup=1", "settle=0", "rate=0.01", "temperature=0.1", "rho=0.5", "press=end", "zero=false", "fields=none", "resolution=1"})
  void everySettingRuns(String setting) {
    String[] pair = setting.split("=");
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset(2, 8_000, 60)) {
      Budget budget = new Budget(0.3, Budget.Unit.PARAMETERS);
      SearchTask task = task(backend, dataset, List.of(budget), Map.of(pair[0], pair[1]), SearchListener.NONE);
      EmbeddingLayout layout = new Amtl().search(task).get(0).layout();
      assertTrue(layout.parameters() <= budget.limit(task.uniform()));
      assertTrue(layout.parameters() > 0);
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset(3, 2_000, 60)) {
      List<Budget> budgets = List.of(new Budget(0.05, Budget.Unit.PARAMETERS));
      for (Map<String, String> wrong : List.of(
          Map.of("tempreature", "1"), Map.of("temperature", "0"), Map.of("zero", "no"), Map.of("zero", "false", "epochs", "0.1"))) {
        assertThrows(
            ConfigurationException.class, () -> new Amtl().search(task(backend, dataset, budgets, wrong, SearchListener.NONE)), wrong.toString());
      }
    }
  }
}
