package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dimsieve.Progress;
import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.CudaOrEmulation;
import io.dimsieve.kernel.Device;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.Architectures;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.EpochReport;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The CUDA back end against the CPU's: every model trains alike, every search method runs. */
@ExtendWith(CudaOrEmulation.class)
class DeviceParityTest {

  @TempDir private Path folder;

  static Stream<String> models() {
    return Architectures.all().stream().map(architecture -> architecture.name());
  }

  static Stream<SearchMethod> methods() {
    return SearchMethods.all().stream();
  }

  private Dataset dataset(long rows) {
    return new SyntheticRows(5, rows, 4, new int[] {20, 300, 8, 50}, new int[] {4, 2, 3, 4})
        .write(folder.resolve("rows.ds"), Split.random(1, 6, 2, 2), Progress.NONE);
  }

  private static ModelSpec spec(String architecture) {
    return ModelSpec.of(architecture).withHidden(12, 6).withDropout(0.3).withDeviation(0.1);
  }

  /** Sums of the losses of the first 1, 2, .. steps, with dropout, on rows in file order. */
  private static double[] losses(Device device, Dataset dataset, ModelSpec model, boolean exactDense, int steps) {
    OptimizerSpec adam = OptimizerSpec.adam(1e-2).withL2(1e-4);
    try (Backend backend = Backend.open(device, 1, null);
        CtrModel trained = new CtrModel(backend, model, EmbeddingLayout.uniform(8, dataset.rows()), 64);
        TrainingStep step = new TrainingStep(trained, TrainSpec.of(3).withBatchSize(64).withOptimizers(adam, adam.withExactDense(exactDense)));
        BatchReader reader = BatchReader.inOrder(dataset, Part.TRAIN, 64, HostAllocator.INSTANCE)) {
      trained.initialize(3);
      reader.beginEpoch(0);
      double[] sums = new double[steps];
      for (int i = 0; i < steps; i++) {
        Batch batch = reader.next();
        sums[i] = step.awaited(step.run(batch.ids(), batch.labels(), batch.size(), i == 0 ? 0 : sums[i - 1]));
      }
      return sums;
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void trainingIsAlike(String architecture) {
    try (Dataset dataset = dataset(1600)) {
      double[] cpu = losses(Device.CPU, dataset, spec(architecture), false, 12);
      assertArrayEquals(cpu, losses(Device.CUDA, dataset, spec(architecture), false, 12), 1e-4);
    }
  }

  @Test
  void trainingWithBatchNormProjectionAndExactDenseUpdatesIsAlike() {
    try (Dataset dataset = dataset(1600)) {
      ModelSpec model = spec("deepfm").withBatchNorm(true).withProjection(4);
      assertArrayEquals(losses(Device.CPU, dataset, model, true, 12), losses(Device.CUDA, dataset, model, true, 12), 1e-4);
    }
  }

  @Test
  void twoRunsGiveTheSameBytes() {
    try (Dataset dataset = dataset(1600)) {
      assertArrayEquals(losses(Device.CUDA, dataset, spec("deepfm"), false, 6), losses(Device.CUDA, dataset, spec("deepfm"), false, 6));
    }
  }

  /** Nobody waits for the device between steps: batches come from pinned memory on a second stream, 90 steps of which every 15th is a short one. */
  @Test
  void trainingThatRunsAheadOfTheHostIsAlike() {
    try (Dataset dataset = dataset(1530)) {
      double[] cpu = epochs(Device.CPU, dataset);
      double[] card = epochs(Device.CUDA, dataset);
      assertArrayEquals(cpu, card, 1e-4);
      assertArrayEquals(card, epochs(Device.CUDA, dataset));
    }
  }

  /** The emulation's device tells in its name how often the host has waited. */
  @Test
  void theHostWaitsOnlyForTheLosses() {
    OptimizerSpec adam = OptimizerSpec.adam(1e-2);
    try (Dataset dataset = dataset(7000);
        Backend backend = Backend.open(Device.CUDA, 1, null);
        CtrModel trained = new CtrModel(backend, spec("deepfm"), EmbeddingLayout.uniform(4, dataset.rows()), 64);
        TrainingStep step = new TrainingStep(trained, TrainSpec.of(3).withBatchSize(64).withOptimizers(adam, adam));
        BatchReader reader = new BatchReader(dataset, Part.TRAIN, 64, 1, false, 1, backend.pinned(), step.ahead())) {
      assumeTrue(waits(backend) >= 0, "not the emulation");
      reader.beginEpoch(0);
      long before = waits(backend);
      for (int i = 1; i <= 64; i++) {
        Batch batch = reader.next();
        step.run(batch.ids(), batch.labels(), batch.size(), 0);
        assertEquals(2 * (i / 32), waits(backend) - before, "steps: " + i); // the copy of the losses, and the status
      }
    }
  }

  private static long waits(Backend backend) {
    byte[] text = new byte[512];
    Native.ds_probe(backend.handle(), ByteBuffer.wrap(text), text.length);
    Matcher told = Pattern.compile("\\((\\d+) waits\\)").matcher(new String(text, StandardCharsets.UTF_8));
    return told.find() ? Long.parseLong(told.group(1)) : -1;
  }

  /** Mean losses of six epochs. */
  private static double[] epochs(Device device, Dataset dataset) {
    OptimizerSpec adam = OptimizerSpec.adam(1e-2).withL2(1e-4);
    TrainSpec train = TrainSpec.of(3).withBatchSize(64).withEpochs(6).withPatience(0).withOptimizers(adam, adam);
    try (Backend backend = Backend.open(device, 1, null);
        CtrModel trained = new CtrModel(backend, spec("deepfm"), EmbeddingLayout.uniform(8, dataset.rows()), 64);
        Trainer trainer = new Trainer(trained, train, dataset)) {
      assertEquals(device == Device.CUDA, trainer.step().ahead() > 0);
      trained.initialize(3);
      return trainer.fit().epochs().stream().mapToDouble(EpochReport::loss).toArray();
    }
  }

  /** Plans within budget, and as large as the CPU's but for columns whose scores are equal to the last bits. */
  @ParameterizedTest
  @MethodSource("methods")
  void everySearchMethodRuns(SearchMethod method) {
    try (Dataset dataset = dataset(1200)) {
      List<DimensionPlan> cpu = search(Device.CPU, dataset, method);
      List<DimensionPlan> card = search(Device.CUDA, dataset, method);
      assertEquals(cpu.size(), card.size());
      for (int i = 0; i < card.size(); i++) {
        DimensionPlan plan = card.get(i);
        double limit = plan.budget().limit(EmbeddingLayout.uniform(4, dataset.rows()));
        assertTrue(plan.budget().cost(plan.layout()) <= limit, plan.toString());
        assertEquals(plan.budget().cost(cpu.get(i).layout()), plan.budget().cost(plan.layout()), 0.1 * limit, method.name());
      }
    }
  }

  private static List<DimensionPlan> search(Device device, Dataset dataset, SearchMethod method) {
    OptimizerSpec adam = OptimizerSpec.adam(1e-2);
    try (Backend backend = Backend.open(device, 1, null)) {
      return method.search(new SearchTask(
          backend, dataset, spec("fm"), 4, TrainSpec.of(3).withBatchSize(128).withEpochs(2).withOptimizers(adam, adam),
          List.of(new Budget(0.5, Budget.Unit.BYTES), new Budget(0.25, Budget.Unit.BYTES)), Map.of(), Progress.NONE, () -> false,
          SearchListener.NONE));
    }
  }
}
