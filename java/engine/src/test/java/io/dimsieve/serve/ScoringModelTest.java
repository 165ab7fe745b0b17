package io.dimsieve.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import io.dimsieve.kernel.Backend;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoringModelTest {

  @TempDir private Path folder;

  private static float[] scores(Scorer scorer, int rows) {
    int[] ids = new int[4 * rows];
    for (int i = 0; i < rows; i++) {
      ids[4 * i] = i % 20;
      ids[4 * i + 1] = i % 30;
      ids[4 * i + 2] = i % 8;
      ids[4 * i + 3] = i % 50;
    }
    float[] out = new float[rows];
    scorer.score(ids, rows, out);
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"lr", "deepfm", "dcnv2", "ipnn", "autoint"})
  void everyWayToMemoryAndEveryBatchScoresAlike(String architecture) {
    Path file = ServedModels.write(folder, architecture, 1);
    float[] expected;
    try (Backend backend = Backend.cpu(2);
        Scorer scorer = Scorer.open(backend, file, 200)) {
      expected = scores(scorer, 200);
      assertArrayEquals(expected, scores(scorer, 200), "the second call is the recorded one");
    }
    for (Loading loading : Loading.values()) {
      try (ScoringModel model = ScoringModel.open(file, loading);
          Scorer scorer = model.scorer(200)) {
        assertEquals(model, scorer.model());
        for (int rows : new int[] {0, 1, 2, 3, 7, 64, 199, 200, 1, 7}) {
          assertArrayEquals(java.util.Arrays.copyOf(expected, rows), scores(scorer, rows), loading + ", " + rows + " rows");
        }
      }
    }
  }

  @Test
  void scorersOfSeveralThreadsShareOneModel() throws InterruptedException, ExecutionException {
    Path file = ServedModels.write(folder, "deepfm", 2);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ScoringModel model = ScoringModel.open(file)) {
      List<Future<float[]>> found = IntStream.range(0, 4).mapToObj(i -> threads.submit(() -> {
        try (Scorer scorer = model.scorer(50)) {
          float[] last = scores(scorer, 50);
          for (int n = 0; n < 200; n++) {
            assertArrayEquals(last, scores(scorer, 50));
          }
          return last;
        }
      })).toList();
      for (Future<float[]> scores : found) {
        assertArrayEquals(found.get(0).get(), scores.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void rowsComeAsArraysBuffersAddressesAndText() {
    Path file = ServedModels.write(folder, "deepfm", 3);
    try (ScoringModel model = ScoringModel.open(file);
        Scorer scorer = model.scorer(2)) {
      float expected = ServedModels.score(scorer);
      UnsafeBuffer direct = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN));
      ExpandableArrayBuffer heap = new ExpandableArrayBuffer(64);
      String[] text = new String[4];
      for (int f = 0; f < 4; f++) {
        direct.putInt(8 + 4 * f, ServedModels.ROW[f]);
        heap.putInt(12 + 4 * f, ServedModels.ROW[f]);
        text[f] = scorer.encoder().vocabulary(f).value(ServedModels.ROW[f]);
      }
      scorer.score(direct, 8, 1, heap, 40);
      assertEquals(expected, heap.getFloat(40));
      scorer.score(heap, 12, 1, direct, 48);
      assertEquals(expected, direct.getFloat(48));
      scorer.score(direct.addressOffset() + 8, 1, direct.addressOffset() + 52);
      assertEquals(expected, direct.getFloat(52));
      assertEquals(expected, scorer.score(text));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(direct, 52, 1, heap, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> scorer.score(heap, 12, 1, direct, 62));
      assertThrows(IllegalArgumentException.class, () -> scorer.score("a", "b"));
    }
  }

  @Test
  void nothingIsScoredWithAClosedModel() {
    Path file = ServedModels.write(folder, "fm", 4);
    ScoringModel model = ScoringModel.open(file);
    Scorer scorer = model.scorer(1);
    ServedModels.score(scorer);
    model.close();
    model.close();
    assertThrows(IllegalStateException.class, () -> ServedModels.score(scorer));
    assertThrows(IllegalStateException.class, () -> model.scorer(1));
    scorer.close();
    scorer.close();
  }

  @ParameterizedTest
  @EnumSource(Loading.class)
  void whatIsNoModelIsRefused(Loading loading) throws IOException {
    Path file = ServedModels.write(folder, "fm", 5);
    byte[] bytes = Files.readAllBytes(file);
    Path damaged = folder.resolve("damaged");
    assertThrows(ModelFormatException.class, () -> ScoringModel.open(folder.resolve("absent"), loading));
    for (int length : new int[] {0, 1, 7, 8, 100, bytes.length - 1}) {
      Files.write(damaged, java.util.Arrays.copyOf(bytes, length));
      assertThrows(ModelFormatException.class, () -> ScoringModel.open(damaged, loading), length + " bytes");
    }
    bytes[bytes.length - 200] ^= 4;
    Files.write(damaged, bytes);
    if (loading != Loading.MAPPED_UNVERIFIED) {
      assertThrows(ModelFormatException.class, () -> ScoringModel.open(damaged, loading));
    }
  }

  /** The pages of a file that was replaced stay; memory of models that were closed comes back. */
  @Test
  void openingAgainAndAgainTakesNoMemory() throws IOException {
    Path file = ServedModels.write(folder, "deepfm", 6);
    long before = 0;
    for (int i = 0; i < 600; i++) {
      try (ScoringModel model = ScoringModel.open(file);
          Scorer scorer = model.scorer(4)) {
        ServedModels.score(scorer);
      }
      if (i == 200) {
        before = maps();
      }
    }
    assertTrue(maps() <= before + 8, "mappings of the process: " + before + ", then " + maps());
  }

  private static long maps() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.endsWith(".model")).count();
    }
  }
}
