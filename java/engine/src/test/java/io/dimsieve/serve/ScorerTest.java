package io.dimsieve.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dimsieve.DimsieveException;
import io.dimsieve.NativeException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.tensor.StoredBytes;
import io.dimsieve.tensor.Tensor;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.ModelStore;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
        assertScores(backend, scores.logits(), dataset, scorer);
      }
    }
  }

  /** Fewer columns the rarer the value, a few scattered entries, nothing, all. */
  private static EmbeddingLayout masked(int[] rows) {
    long[][] bits = new long[rows.length][];
    for (int f = 0; f < rows.length; f++) {
      bits[f] = new long[rows[f]];
      for (int r = 0; r < rows[f]; r++) {
        bits[f][r] = f == 0 ? 15 >>> Math.min(3, r / 2) : f == 1 ? (r % 9 == 1 ? 1L << r % 4 : 0) : f == 2 ? 0 : 15;
      }
    }
    return EmbeddingLayout.uniform(4, rows).withRowMasks(new RowMasks(bits));
  }

  @ParameterizedTest
  @CsvSource({"F32,true", "F16,true", "I8,true", "F32,false", "F16,false", "I8,false"})
  void packedTablesScoreAsTheRoundedModel(Precision precision, boolean masks) throws IOException {
    try (Backend backend = Backend.cpu(2);
        Dataset whole = dataset()) {
      int[] fewer = whole.rows();
      fewer[3] = 20;
      Dataset dataset = whole.truncated(fewer);
      EmbeddingLayout layout = (masks ? masked(fewer) : mixed(fewer)).withPrecision(precision);
      Path file = folder.resolve("packed.model");
      try (CtrModel model = new CtrModel(backend, ModelSpec.of("deepfm").withHidden(8), layout, 256)) {
        model.initialize(5);
        try (Trainer trainer = new Trainer(model, TrainSpec.of(5).withBatchSize(256).withEpochs(1), dataset)) {
          trainer.fit();
        }
        ModelStore.save(model, whole.encoder(), Map.of(), file);
        model.roundToStored();
        float[] expected = Evaluator.score(model, dataset, Part.TEST).logits();
        try (ModelStore.Stored stored = ModelStore.load(backend, file, 256);
            Scorer scorer = Scorer.open(backend, file, 1)) {
          assertArrayEquals(expected, Evaluator.score(stored.model(), dataset, Part.TEST).logits());
          assertEquals(StoredBytes.of(layout), StoredBytes.of(stored.model().layout()));
          assertArrayEquals(fewer, stored.encoder().rows());
          assertEquals(0, stored.encoder().encode(3, whole.encoder().vocabulary(3).value(25)));
          assertThrows(NativeException.class, () -> scorer.score(new int[] {0, 0, 0, 20}, 1, new float[1]));
          assertScores(backend, expected, dataset, scorer);
          Path again = folder.resolve("again.model");
          ModelStore.save(stored.model(), stored.encoder(), Map.of(), again);
          assertEquals(-1, Files.mismatch(file, again));
        }
      }
    }
  }

  /** A row alone scores what the trainer's evaluation of whole batches says, to the last bit. */
  private static void assertScores(Backend backend, float[] logits, Dataset dataset, Scorer scorer) {
    float[] expected;
    try (Arena arena = new Arena(backend)) {
      Tensor values = Tensor.floats(backend, arena, logits.length, 1);
      values.set(0, logits);
      assertEquals(0, Native.ds_sigmoid(backend.handle(), backend.stream(), values.address(), values.address(), logits.length));
      expected = values.toArray();
    }
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
          assertEquals(1 / (1 + Math.exp(-logits[done])), out[0], 1e-6, "row " + done);
          assertEquals(expected[done], out[0], "row " + done);
        }
      }
      assertEquals(logits.length, done);
    }
  }

  @Test
  void modelsOfVersionOneAreRefused() throws IOException {
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset()) {
      Path file = model(backend, dataset, ModelSpec.of("fm"));
      byte[] bytes = Files.readAllBytes(file);
      ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int data = Math.toIntExact(8 + content.getLong(0));
      String header = new String(bytes, 8, data - 8, StandardCharsets.UTF_8);
      bytes[8 + header.indexOf("\"version\":\"2\"") + 11] = '1';
      Matcher checksum = Pattern.compile("dimsieve.checksum.*data_offsets\":\\[(\\d+),").matcher(header);
      assertTrue(checksum.find());
      CRC32C crc = new CRC32C();
      crc.update(bytes, 0, data);
      content.putInt(data + Integer.parseInt(checksum.group(1)), (int) crc.getValue());
      Files.write(file, bytes);
      DimsieveException e = assertThrows(DimsieveException.class, () -> Scorer.open(backend, file, 1));
      assertTrue(e.getMessage().contains("a model of version 1"), e.getMessage());
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
        for (int i = 0; i < 1_000_000; i++) {
          scorer.score(ids.address(), 1, out.address());
        }
        assertEquals(0, threads.getThreadAllocatedBytes(id) - before, 1000, "bytes allocated by a million calls");
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

  /** Every bit flipped and every length cut of a file of about 4 KB; what is refused allocates little more than the file is long. */
  @ParameterizedTest
  @EnumSource(value = Loading.class, names = {"MAPPED", "COPIED"})
  void damagedModelFilesAreRefused(Loading loading) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = dataset()) {
      Path file = model(backend, dataset, ModelSpec.of("fm"));
      byte[] bytes = Files.readAllBytes(file);
      assertTrue(bytes.length > 3000 && bytes.length < 8000, bytes.length + " bytes");
      Path damaged = folder.resolve("damaged.model");
      Files.write(damaged, bytes);
      assertThrows(DimsieveException.class, () -> ScoringModel.open(backend, dataset.path(), loading));
      try (FileChannel channel = FileChannel.open(damaged, StandardOpenOption.WRITE)) {
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
          bytes[bit / 8] ^= (byte) (1 << bit % 8);
          channel.write(ByteBuffer.wrap(bytes, bit / 8, 1), bit / 8);
          long before = threads.getThreadAllocatedBytes(id);
          assertThrows(DimsieveException.class, () -> ScoringModel.open(backend, damaged, loading).close(), "bit " + bit);
          long allocated = threads.getThreadAllocatedBytes(id) - before;
          assertTrue(allocated < 100L * bytes.length, "bit " + bit + ": " + allocated + " bytes allocated");
          bytes[bit / 8] ^= (byte) (1 << bit % 8);
          channel.write(ByteBuffer.wrap(bytes, bit / 8, 1), bit / 8);
        }
        ScoringModel.open(backend, damaged, loading).close();
        for (int length = bytes.length - 1; length >= 0; length--) {
          channel.truncate(length);
          assertThrows(DimsieveException.class, () -> ScoringModel.open(backend, damaged, loading).close(), length + " bytes");
        }
      }
    }
  }
}
