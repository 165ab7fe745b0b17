package io.dimsieve.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.DimsieveException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {

  @TempDir private Path folder;

  private Dataset dataset() {
    return new SyntheticRows(5, 3000, 4, new int[] {20, 300, 8, 50}, new int[] {4, 2, 3, 4})
        .write(folder.resolve("rows.ds"), Split.random(1, 6, 2, 2), Progress.NONE);
  }

  private static TrainSpec spec(boolean exactDense) {
    OptimizerSpec adam = OptimizerSpec.adam(3e-3).withL2(1e-4);
    return TrainSpec.of(3).withBatchSize(128).withEpochs(6).withPatience(2).withDecay(0.5).withOptimizers(adam, adam.withExactDense(exactDense));
  }

  private static CtrModel model(Backend backend, Dataset dataset) {
    ModelSpec spec = ModelSpec.of("deepfm").withHidden(12, 6).withDropout(0.3).withBatchNorm(true);
    CtrModel model = new CtrModel(backend, spec, EmbeddingLayout.uniform(4, dataset.rows()), 128);
    model.initialize(3);
    return model;
  }

  private static float[][] arrays(CtrModel model) {
    return model.arrays().values().stream().map(Tensor::toArray).toArray(float[][]::new);
  }

  /** Stopped after that many steps, again and again, each time resumed by a fresh trainer of a fresh model. */
  @ParameterizedTest
  @CsvSource({"7,false", "14,false", "15,false", "23,true", "40,false"})
  void resumedTrainingEndsInTheSameBytes(int steps, boolean exactDense) {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset()) {
      float[][] expected;
      Trainer.Result uninterrupted;
      try (CtrModel model = model(backend, dataset);
          Trainer trainer = new Trainer(model, spec(exactDense), dataset)) {
        uninterrupted = trainer.fit();
        expected = arrays(model);
      }
      Path checkpoint = folder.resolve("training.checkpoint");
      for (int round = 0; round < 100; round++) {
        try (CtrModel model = model(backend, dataset);
            Trainer trainer = new Trainer(model, spec(exactDense), dataset)) {
          trainer.checkpoint(checkpoint);
          if (round > 0) {
            trainer.resume(checkpoint);
          }
          int[] asked = {0};
          trainer.stopWhen(() -> asked[0]++ >= steps);
          Trainer.Result result = trainer.fit();
          if (!result.interrupted()) {
            assertTrue(round > 0, "never interrupted");
            assertArrayEquals(expected, arrays(model));
            assertEquals(uninterrupted.steps(), result.steps());
            assertEquals(uninterrupted.best().validation().auc(), result.best().validation().auc());
            return;
          }
        }
      }
      throw new AssertionError("the training never ended");
    }
  }

  @Test
  void trainingStopsEarlyWithTheBestWeights() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset();
        CtrModel model = model(backend, dataset);
        Trainer trainer = new Trainer(model, spec(false).withEpochs(40), dataset)) {
      Trainer.Result result = trainer.fit();
      assertFalse(result.interrupted());
      assertTrue(result.epochs().size() < 40);
      assertEquals(result.epochs().size() - 2, result.best().epoch());
      assertEquals(
          result.best().validation().auc(), Evaluator.evaluate(model, dataset, io.dimsieve.data.Part.VALIDATION).auc());
    }
  }

  @Test
  void foreignAndDamagedCheckpointsAreRefused() throws IOException {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset();
        CtrModel model = model(backend, dataset)) {
      Path checkpoint = folder.resolve("training.checkpoint");
      try (Trainer trainer = new Trainer(model, spec(false).withEpochs(1), dataset)) {
        trainer.checkpoint(checkpoint);
        trainer.fit();
      }
      try (Trainer other = new Trainer(model, spec(false).withEpochs(1).withSeed(9), dataset)) {
        assertThrows(ModelFormatException.class, () -> other.resume(checkpoint));
      }
      byte[] bytes = Files.readAllBytes(checkpoint);
      bytes[bytes.length / 2] ^= 1;
      Files.write(checkpoint, bytes);
      try (Trainer same = new Trainer(model, spec(false).withEpochs(1), dataset)) {
        assertThrows(DimsieveException.class, () -> same.resume(checkpoint));
      }
    }
  }
}
