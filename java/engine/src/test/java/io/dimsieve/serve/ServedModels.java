package io.dimsieve.serve;

import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Map;

/** Small models with random weights and unequal widths, as files. */
final class ServedModels {

  /** A row of ids that every model has. */
  static final int[] ROW = {3, 5, 1, 7};

  private ServedModels() {}

  static Path write(Path folder, String architecture, long seed) {
    Path file = folder.resolve(architecture + seed + ".model");
    try (Backend backend = Backend.cpu(1);
        Dataset dataset = new SyntheticRows(3, 2000, 4, new int[] {20, 30, 8, 50}, new int[] {4, 2, 3, 4})
            .write(folder.resolve("rows" + seed + ".ds"), Split.random(1, 6, 2, 2), Progress.NONE);
        CtrModel model = new CtrModel(
            backend, ModelSpec.of(architecture).withHidden(12, 6),
            new EmbeddingLayout(4, dataset.rows(), new int[][] {{0, 2}, {0, 1, 2, 3}, {}, {3}}), 16)) {
      model.initialize(seed);
      ModelStore.save(model, dataset.encoder(), Map.of(), file);
    }
    return file;
  }

  static float score(Scorer scorer) {
    float[] out = new float[1];
    scorer.score(ROW, 1, out);
    return out[0];
  }
}
