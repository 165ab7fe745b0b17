package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.search.Budget;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {

  private static final StudySpec SPEC = StudyFixture.spec(StudyFixture.TRAIN, "0.5", Retrain.FRESH);

  @TempDir private Path folder;

  /** Lines without what the clock says. */
  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name).resolve(RunLog.NAME)).stream().map(line -> {
      List<String> columns = new ArrayList<>(List.of(line.split(",", -1)));
      columns.subList(10, 12).clear();
      return String.join(",", columns);
    }).toList();
  }

  @Test
  void aStoppedStudyGoesOnAndEndsWithTheSameLines() throws IOException {
    try (Backend backend = Backend.cpu(2);
        Backend single = Backend.cpu(1);
        Dataset dataset = StudyFixture.dataset(folder)) {
      Study whole = new Study(backend, dataset, SPEC, folder.resolve("whole"));
      List<RunRecord> runs = whole.run();
      assertEquals(2 * (1 + 3 * 2), runs.size());
      assertTrue(whole.complete(runs));
      long bytes = new Budget(1, Budget.Unit.BYTES).cost(EmbeddingLayout.uniform(4, dataset.rows()));
      for (RunRecord run : runs) {
        assertTrue(run.bytes() <= run.key().budget() * bytes, "budget of " + run.key());
        assertEquals((double) run.bytes() / bytes, run.share(), 1e-6);
        assertEquals(run.epochs(), run.curve().size());
        assertEquals(run.validationAuc(), run.curve().stream().mapToDouble(v -> v).max().orElseThrow());
      }
      List<String> expected = lines("whole");
      int sessions = 0;
      for (boolean complete = false; !complete; sessions++) {
        AtomicInteger left = new AtomicInteger(25 * (1 + sessions));
        Study part = new Study(single, dataset, SPEC, folder.resolve("parts"));
        part.stopWhen(() -> left.decrementAndGet() < 0);
        complete = part.complete(part.run());
        assertTrue(expected.subList(0, lines("parts").size()).equals(lines("parts")), "finished runs come in order");
      }
      assertTrue(sessions > 3, "was stopped " + sessions + " times");
      assertEquals(expected, lines("parts"));
      Path file = folder.resolve("parts").resolve(RunLog.NAME);
      String text = Files.readString(file);
      Files.writeString(file, text.substring(0, text.length() - 20));
      new Study(backend, dataset, SPEC, folder.resolve("parts")).run();
      assertEquals(expected, lines("parts"), "after a line was cut short");
    }
  }

  @Test
  void otherSettingsAreRefusedAndMoreMethodsAreNot() throws IOException {
    StudySpec small = new StudySpec(
        List.of(StudyFixture.FM), List.of("uniform"), List.of(0.5), Budget.Unit.BYTES, List.of(1L), 4, StudyFixture.TRAIN, Map.of(),
        Retrain.FRESH);
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = StudyFixture.dataset(folder)) {
      new Study(backend, dataset, small, folder.resolve("s")).run();
      byte[] before = Files.readAllBytes(folder.resolve("s").resolve(RunLog.NAME));
      refused("train.batchSize", backend, dataset, with(small, StudyFixture.TRAIN.withBatchSize(64), 4, 0.5, Retrain.FRESH));
      refused("dimension", backend, dataset, with(small, StudyFixture.TRAIN, 8, 0.5, Retrain.FRESH));
      refused("budgets", backend, dataset, with(small, StudyFixture.TRAIN, 4, 0.4, Retrain.FRESH));
      refused("retrain", backend, dataset, with(small, StudyFixture.TRAIN, 4, 0.5, Retrain.INHERIT));
      assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(folder.resolve("s").resolve(RunLog.NAME)));
      Study more = new Study(
          backend, dataset,
          new StudySpec(small.models(), List.of("magnitude"), small.shares(), small.unit(), List.of(1L, 2L), 4, StudyFixture.TRAIN.withSeed(9),
              Map.of("magnitude", Map.of("norm", "total")), Retrain.FRESH),
          folder.resolve("s"));
      assertEquals(6, more.run().size());
      assertEquals(Map.of("norm", "total"), StudyDescription.read(folder.resolve("s")).methods().get("magnitude"));
      refused("magnitude.norm", backend, dataset, new StudySpec(
          small.models(), List.of("magnitude"), small.shares(), small.unit(), List.of(1L), 4, StudyFixture.TRAIN, Map.of(), Retrain.FRESH));
    }
  }

  private static StudySpec with(StudySpec spec, TrainSpec train, int dimension, double budget, Retrain retrain) {
    return new StudySpec(spec.models(), spec.methods(), List.of(budget), spec.unit(), spec.seeds(), dimension, train, spec.settings(), retrain);
  }

  private void refused(String name, Backend backend, Dataset dataset, StudySpec spec) {
    ModelFormatException refused = assertThrows(ModelFormatException.class, () -> new Study(backend, dataset, spec, folder.resolve("s")).run());
    assertTrue(refused.getMessage().contains(name) && refused.getMessage().contains("another folder"), refused.getMessage());
  }

  @Test
  void inheritedWeightsAndProgress() {
    List<String> ended = new ArrayList<>();
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = StudyFixture.dataset(folder)) {
      Study study = new Study(backend, dataset, StudyFixture.spec(StudyFixture.TRAIN.withEpochs(1), "0", Retrain.INHERIT), folder.resolve("i"));
      study.progress(new Progress() {
        private String title = "";

        @Override
        public void begin(String stage, long total) {
          title = stage;
        }

        @Override
        public void advance(long done, String detail) {}

        @Override
        public void end(String summary) {
          ended.add(title + ": " + summary);
        }
      });
      List<RunRecord> runs = study.run();
      assertEquals(runs.size(), ended.size(), "one line a run");
      assertTrue(ended.get(3).startsWith("run 4 of 14, ") && ended.get(3).contains(" left: fm magnitude 50 % seed 1: test auc"), ended.get(3));
      assertFalse(study.complete(runs.subList(1, runs.size())));
    }
  }
}
