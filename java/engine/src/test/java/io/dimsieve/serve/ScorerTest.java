package io.dimsieve.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import io.dimsieve.DimsieveException;
import io.dimsieve.NativeException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.ModelStore;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorerTest {

  @TempDir private Path folder;

  private Dataset dataset() {
    return new SyntheticRows(3, 4000, 4, new int[] {20, 30, 8, 50}, new int[] {4, 2, 3, 4})
        .write(folder.resolve("rows.ds"), Split.random(1, 6, 2, 2), Progress.NONE);
  }

  private static EmbeddingLayout mixed(int[] rows) {
    return new EmbeddingLayout(4, rows, new int[][] {{0, 2}, {0, 1, 2, 3}, {}, {3}});
  }

  private Path model(Backend backend, Dataset dataset, ModelSpec spec) {
    Path file = folder.resolve("scored.model");
    try (CtrModel model = new CtrModel(backend, spec, mixed(dataset.rows()), 256)) {
      model.initialize(4);
      try (Trainer trainer = new Trainer(model, TrainSpec.of(4).withBatchSize(256).withEpochs(2), dataset)) {
        trainer.fit();
      }
      ModelStore.save(model, dataset.encoder(), Map.of(), file);
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({
      "lr,false,0", "fm,false,0", "fm,false,3", "wide-deep,true,0", "deepfm,false,0", "deepfm,true,5", "dcnv2,false,0", "ipnn,true,0", "ipnn,false,3",
      "autoint,false,0"})
  void scoresAreTheTrainersProbabilities(String architecture, boolean batchNorm, int projection) {
    ModelSpec spec = ModelSpec.of(architecture).withHidden(12, 6).withBatchNorm(batchNorm).withProjection(projection);
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = dataset()) {
      Path file = model(backend, dataset, spec);
      try (ModelStore.Stored stored = ModelStore.load(backend, file, 256);
          Scorer scorer = Scorer.open(backend, file, 1)) {
        Evaluator.Scores scores = Evaluator.score(stored.model(), dataset, Part.TEST);
        int[] row = new int[dataset.fields()];
        float[] out = new float[1];
        try (var reader = io.dimsieve.data.BatchReader.inOrder(dataset, Part.TEST, 256, HostAllocator.INSTANCE)) {
          reader.beginEpoch(0);
          int done = 0;
          for (var batch = reader.next(); batch != null; batch = reader.next()) {
            for (int i = 0; i < batch.size(); i++, done++) {
              for (int f = 0; f < row.length; f++) {
                row[f] = batch.id(i, f);
              }
              scorer.score(row, 1, out);
              assertEquals(1 / (1 + Math.exp(-scores.logits()[done])), out[0], 1e-6, "row " + done);
            }
          }
          assertEquals(scores.labels().length, done);
        }
      }
    }
  }

  @Test
  void scoringAllocatesNothing() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset()) {
      Path file = model(backend, dataset, ModelSpec.of("deepfm").withHidden(8));
      try (Scorer scorer = Scorer.open(backend, file, 1);
          Block ids = HostAllocator.INSTANCE.allocate(16);
          Block out = HostAllocator.INSTANCE.allocate(4)) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        for (int i = 0; i < 20_000; i++) {
          scorer.score(ids.address(), 1, out.address());
        }
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < 10_000; i++) {
          scorer.score(ids.address(), 1, out.address());
        }
        assertEquals(0, threads.getThreadAllocatedBytes(id) - before, 1000, "bytes allocated by 10,000 calls");
      }
    }
  }

  @Test
  void wrongCallsAreExceptions() {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset()) {
      Path file = model(backend, dataset, ModelSpec.of("fm"));
      Scorer scorer = Scorer.open(backend, file, 2);
      float[] out = new float[2];
      assertThrows(IllegalArgumentException.class, () -> scorer.score(new int[3], 1, out));
      assertThrows(IllegalArgumentException.class, () -> scorer.score(new int[12], 3, new float[3]));
      assertThrows(IllegalArgumentException.class, () -> scorer.score(new int[8], 2, new float[1]));
      assertThrows(IllegalArgumentException.class, () -> scorer.score(0, 1, 0));
      assertThrows(NativeException.class, () -> scorer.score(new int[] {0, 31, 0, 0}, 1, out));
      assertThrows(NativeException.class, () -> scorer.score(new int[] {-1, 0, 0, 0}, 1, out));
      scorer.close();
      scorer.close();
      assertThrows(IllegalStateException.class, () -> scorer.score(new int[4], 1, out));
      assertThrows(IllegalArgumentException.class, () -> Scorer.open(backend, file, 0));
    }
  }

  @Test
  void damagedModelFilesAreRefused() throws IOException {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset()) {
      Path file = model(backend, dataset, ModelSpec.of("fm"));
      byte[] bytes = Files.readAllBytes(file);
      Path damaged = folder.resolve("damaged.model");
      for (int i = 0; i < bytes.length; i += 37) {
        bytes[i] ^= (byte) (1 << i % 8);
        Files.write(damaged, bytes);
        assertThrows(DimsieveException.class, () -> Scorer.open(backend, damaged, 1).close());
        bytes[i] ^= (byte) (1 << i % 8);
      }
      for (int length = 0; length < bytes.length; length += 211) {
        Files.write(damaged, java.util.Arrays.copyOf(bytes, length));
        assertThrows(DimsieveException.class, () -> Scorer.open(backend, damaged, 1).close());
      }
      assertThrows(DimsieveException.class, () -> Scorer.open(backend, dataset.path(), 1));
    }
  }
}
