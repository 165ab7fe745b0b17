package io.dimsieve.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import io.dimsieve.NativeException;
import io.dimsieve.TrainingDivergedException;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStepTest {

  private static final int ROWS = 300;
  private static final int[] TABLES = {7, 200, 40, 3};

  /** Twenty batches with a pattern to learn; the last one is short. */
  private static final class Data implements AutoCloseable {

    final int[][] ids = new int[20][];
    final float[][] labels = new float[20][];
    final Block idBlock = HostAllocator.INSTANCE.allocate(4L * ROWS * TABLES.length);
    final Block labelBlock = HostAllocator.INSTANCE.allocate(4L * ROWS);

    Data(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int s = 0; s < ids.length; s++) {
        int rows = s == ids.length - 1 ? 77 : ROWS;
        ids[s] = new int[rows * TABLES.length];
        labels[s] = new float[rows];
        for (int i = 0; i < ids[s].length; i++) {
          ids[s][i] = (int) (TABLES[i % TABLES.length] * random.nextDouble() * random.nextDouble());
        }
        for (int b = 0; b < rows; b++) {
          labels[s][b] = (ids[s][4 * b] + ids[s][4 * b + 2]) % 3 == 0 || random.nextInt(5) == 0 ? 1 : 0;
        }
      }
    }

    double run(TrainingStep step, int s) {
      load(s);
      return again(step, s);
    }

    double again(TrainingStep step, int s) {
      return step.run(idBlock.address(), labelBlock.address(), labels[s].length, 0);
    }

    void load(int s) {
      for (int i = 0; i < ids[s].length; i++) {
        idBlock.view().putInt(4 * i, ids[s][i]);
      }
      for (int b = 0; b < labels[s].length; b++) {
        labelBlock.view().putFloat(4 * b, labels[s][b]);
      }
    }

    @Override
    public void close() {
      idBlock.close();
      labelBlock.close();
    }
  }

  private static EmbeddingLayout mixed() {
    return new EmbeddingLayout(8, TABLES, new int[][] {{0, 3, 5}, {0, 1, 2, 3, 4, 5, 6, 7}, {}, {3, 4}});
  }

  private static TrainSpec spec(double l2, boolean exactDense) {
    OptimizerSpec adam = OptimizerSpec.adam(1e-3).withL2(l2);
    return TrainSpec.of(1).withBatchSize(ROWS).withOptimizers(adam, adam.withExactDense(exactDense));
  }

  @ParameterizedTest
  @CsvSource({"fm,false,false", "fm,true,true", "deepfm,false,false", "deepfm,true,false", "deepfm,true,true", "wide-deep,false,true"})
  void lossesAgreeWithFloat64Reference(String architecture, boolean compacted, boolean exactDense) {
    ModelSpec model = ModelSpec.of(architecture).withHidden(24, 12).withDropout(0).withDeviation(0.1);
    EmbeddingLayout layout = compacted ? mixed() : EmbeddingLayout.uniform(8, TABLES);
    try (Backend backend = Backend.cpu(2);
        CtrModel ours = new CtrModel(backend, model, layout, ROWS);
        Data data = new Data(11)) {
      ours.initialize(5);
      ReferenceModel reference = new ReferenceModel(ours, !exactDense);
      try (TrainingStep step = new TrainingStep(ours, spec(1e-4, exactDense))) {
        for (int s = 0; s < 20; s++) {
          double expected = reference.step(data.ids[s], data.labels[s], data.labels[s].length, 1e-3, 1e-4);
          assertEquals(expected, data.run(step, s), 1e-4, "loss of step " + (s + 1));
        }
        step.flush();
      }
      float[] tables = ours.embeddings().values().toArray();
      double[] expected = reference.weights("embedding");
      // Adam turns a gradient that is zero up to rounding into a step of either sign, so single elements may differ; the tables as a whole may not.
      double squares = 0;
      for (int i = 0; i < tables.length; i++) {
        squares += Math.pow(expected[i] - tables[i], 2);
      }
      assertEquals(0, Math.sqrt(squares / tables.length), 1e-3, "root mean square difference of the tables");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fm", "deepfm", "dcnv2", "ipnn"})
  void aStepAllocatesNothing(String architecture) {
    ModelSpec model = ModelSpec.of(architecture).withHidden(8);
    try (Backend backend = Backend.cpu(1);
        CtrModel ours = new CtrModel(backend, model, EmbeddingLayout.uniform(4, TABLES), ROWS);
        Data data = new Data(3)) {
      ours.initialize(5);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long id = Thread.currentThread().getId();
      try (TrainingStep step = new TrainingStep(ours, spec(1e-5, false))) {
        data.load(19);
        for (int i = 0; i < 3000; i++) {
          data.again(step, 19);
        }
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < 2000; i++) {
          data.again(step, 19);
        }
        assertEquals(0, threads.getThreadAllocatedBytes(id) - before, 1000, "bytes allocated by 2,000 steps");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
      "deepfm,true,true", "deepfm,false,false", "fm,false,true", "lr,false,false", "wide-deep,true,false", "dcnv2,false,true",
      "ipnn,false,false", "autoint,false,false"})
  void bytesDoNotDependOnThreadsOrInstructionSet(String architecture, boolean batchNorm, boolean exactDense) {
    float[][] first = null;
    for (int threads : new int[] {1, 2, 4}) {
      for (String isa : new String[] {null, "baseline"}) {
        float[][] now = train(architecture, batchNorm, exactDense, threads, isa);
        if (first == null) {
          first = now;
        }
        for (int i = 0; i < now.length; i++) {
          assertArrayEquals(first[i], now[i], "array " + i + " with " + threads + " threads, " + isa);
        }
      }
    }
  }

  private static float[][] train(String architecture, boolean batchNorm, boolean exactDense, int threads, String isa) {
    ModelSpec model = ModelSpec.of(architecture).withHidden(40, 20).withDropout(0.3).withBatchNorm(batchNorm);
    try (Backend backend = Backend.open(io.dimsieve.kernel.Device.CPU, threads, isa);
        CtrModel ours = new CtrModel(backend, model, mixed(), ROWS);
        Data data = new Data(12)) {
      ours.initialize(6);
      try (TrainingStep step = new TrainingStep(ours, spec(1e-5, exactDense))) {
        for (int s = 0; s < 20; s++) {
          data.run(step, s);
        }
        step.flush();
      }
      return ours.arrays().values().stream().map(tensor -> tensor.toArray()).toArray(float[][]::new);
    }
  }

  @Test
  void idOutsideItsTableIsRefused() {
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, ModelSpec.of("fm"), mixed(), ROWS);
        Data data = new Data(13);
        TrainingStep step = new TrainingStep(model, spec(0, false))) {
      data.ids[0][4 * 9 + 1] = 200;
      assertThrows(NativeException.class, () -> data.run(step, 0));
    }
  }

  @Test
  void divergenceNamesItsStep() {
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, ModelSpec.of("fm"), mixed(), ROWS);
        Data data = new Data(14);
        TrainingStep step = new TrainingStep(model, spec(0, false))) {
      data.run(step, 0);
      model.arrays().get("linear.bias").set(0, new float[] {Float.NaN});
      TrainingDivergedException e = assertThrows(TrainingDivergedException.class, () -> data.run(step, 1));
      assertEquals("training diverged at step 2: the loss is NaN", e.getMessage());
    }
  }
}
