package io.dimsieve.study;

import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A dataset and a study small enough to run in a test. */
final class StudyFixture {

  static final ModelSpec FM = ModelSpec.of("fm").withDeviation(0.1);
  static final TrainSpec TRAIN = TrainSpec.of(1).withBatchSize(128).withEpochs(2).withPatience(1);

  private StudyFixture() {}

  static Dataset dataset(Path folder) {
    return new SyntheticRows(7, 2_000, 4, new int[] {20, 15, 10, 8}, new int[] {4, 3, 2, 1})
        .write(folder.resolve("study.ds"), Split.random(1, 8, 1, 1), Progress.NONE);
  }

  static StudySpec spec(TrainSpec train, String gamma, Retrain retrain) {
    return new StudySpec(
        List.of(FM), List.of("ham", "magnitude"), List.of(0.5, 0.25), Budget.Unit.BYTES, List.of(1L, 2L), 4, train,
        Map.of("ham", Map.of("epochs", "1", "gamma", gamma)), retrain);
  }
}
