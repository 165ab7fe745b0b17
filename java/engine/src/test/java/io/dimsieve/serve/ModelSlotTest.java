package io.dimsieve.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSlotTest {

  @TempDir private Path folder;

  private static float score(Path file) {
    try (ScoringModel model = ScoringModel.open(file);
        Scorer scorer = model.scorer(1)) {
      return ServedModels.score(scorer);
    }
  }

  @Test
  void everyScoreUnderAThousandSwapsIsOneModelsOrTheOthers() throws InterruptedException, ExecutionException {
    Path[] files = {ServedModels.write(folder, "deepfm", 1), ServedModels.write(folder, "fm", 2)};
    float[] scores = {score(files[0]), score(files[1])};
    assertTrue(scores[0] != scores[1]);
    List<ScoringModel> models = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      models.add(ScoringModel.open(files[0]));
      ModelSlot slot = new ModelSlot(models.get(0));
      List<Future<long[]>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(threads.submit(() -> {
          long[] seen = new long[2];
          try (ModelSlot.Reader reader = slot.reader(1)) {
            for (long version = 0; version < 1001; ) {
              version = slot.version();
              Scorer scorer = reader.acquire();
              try {
                float score = ServedModels.score(scorer);
                assertTrue(score == scores[0] || score == scores[1], score + " is no model's");
                seen[score == scores[0] ? 0 : 1]++;
              } finally {
                reader.release();
              }
            }
          }
          return seen;
        }));
      }
      for (int i = 1; i <= 1000; i++) {
        models.add(ScoringModel.open(files[i % 2]));
        slot.swap(models.get(i));
      }
      for (Future<long[]> reader : readers) {
        long[] seen = reader.get();
        assertTrue(seen[0] > 0 && seen[1] > 0);
      }
      assertEquals(1001, slot.version());
      assertTrue(models.get(1000).isOpen());
      assertTrue(models.subList(0, 1000).stream().noneMatch(ScoringModel::isOpen), "every model that was replaced is closed");
      slot.close();
      assertFalse(models.get(1000).isOpen());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aModelInUseOutlivesItsReplacement() {
    ScoringModel first = ScoringModel.open(ServedModels.write(folder, "fm", 3));
    ScoringModel second = ScoringModel.open(ServedModels.write(folder, "fm", 4));
    ModelSlot slot = new ModelSlot(first);
    ModelSlot.Reader reader = slot.reader(1);
    Scorer scorer = reader.acquire();
    float score = ServedModels.score(scorer);
    slot.swap(second);
    assertEquals(score, ServedModels.score(scorer));
    assertTrue(first.isOpen());
    reader.release();
    assertFalse(first.isOpen());
    assertEquals(second, reader.acquire().model());
    slot.close();
    assertTrue(second.isOpen());
    reader.close();
    assertFalse(second.isOpen());
    assertThrows(IllegalStateException.class, () -> slot.reader(1).acquire());
    assertThrows(IllegalStateException.class, () -> slot.swap(second));
    slot.close();
  }
}
