package io.dimsieve.cli;

import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.metric.Auc;
import io.dimsieve.metric.LogLoss;
import io.dimsieve.model.CtrModel;
import io.dimsieve.search.Compactor;
import io.dimsieve.serve.LayerPrecision;
import io.dimsieve.serve.Loading;
import io.dimsieve.serve.Scorer;
import io.dimsieve.serve.ScoringModel;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.StoredBytes;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.ModelStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** What a model scores like when its tables are stored, and its hidden layers computed, in fewer bits: each case is stored, opened and served from. */
final class PrecisionTable {

  private static final int ROWS = 1024;

  private final Backend backend;
  private final ModelStore.Stored stored;
  private final Dataset dataset;
  private final Part part;
  private double best = Double.NaN;

  PrecisionTable(Backend backend, ModelStore.Stored stored, Dataset dataset, Part part) {
    this.backend = backend;
    this.stored = stored;
    this.dataset = dataset;
    this.part = part;
  }

  /** Prints a line per case, that of the model's own precision first. */
  void print() {
    System.out.println("tables layers        bytes      auc   change  logloss");
    for (Precision tables : Precision.values()) {
      if (tables.bytes() <= stored.model().layout().precision().bytes()) {
        for (LayerPrecision layers : LayerPrecision.values()) {
          print(tables, layers);
        }
      }
    }
  }

  private void print(Precision tables, LayerPrecision layers) {
    EmbeddingLayout layout = stored.model().layout().withPrecision(tables);
    Evaluator.Scores scores = score(layout, layers);
    int rows = scores.labels().length;
    double auc = Auc.of(scores.logits(), scores.labels(), rows);
    best = Double.isNaN(best) ? auc : best;
    System.out.printf(
        Locale.ROOT, "%-6s %-6s %12d  %.5f %+.5f  %.5f%n", tables, layers.toString().toLowerCase(Locale.ROOT), StoredBytes.of(layout), auc, auc - best,
        LogLoss.ofLogits(scores.logits(), scores.labels(), rows));
  }

  private Evaluator.Scores score(EmbeddingLayout layout, LayerPrecision layers) {
    float[] logits = new float[Math.toIntExact(dataset.rows(part))];
    byte[] labels = new byte[logits.length];
    Path file = null;
    try {
      file = Files.createTempFile("dimsieve", ".model");
      try (CtrModel model = Compactor.compact(backend, stored.model(), layout, 1)) {
        ModelStore.save(model, stored.encoder(), Map.of(), file);
      }
      try (ScoringModel model = ScoringModel.open(backend, file, Loading.COPIED);
          Scorer scorer = model.scorer(backend, ROWS, layers);
          BatchReader reader = BatchReader.inOrder(dataset, part, ROWS, HostAllocator.INSTANCE)) {
        reader.beginEpoch(0);
        float[] scores = new float[ROWS];
        int[] ids = new int[ROWS * dataset.fields()];
        int done = 0;
        for (Batch batch; (batch = reader.next()) != null; done += batch.size()) {
          for (int i = 0; i < batch.size(); i++) {
            labels[done + i] = (byte) batch.label(i);
            for (int f = 0; f < dataset.fields(); f++) {
              ids[i * dataset.fields() + f] = batch.id(i, f);
            }
          }
          scorer.score(ids, batch.size(), scores);
          scorer.logits(batch.size(), scores);
          System.arraycopy(scores, 0, logits, done, batch.size());
        }
      }
      return new Evaluator.Scores(logits, labels);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep a model for a moment", e);
    } finally {
      if (file != null) {
        file.toFile().delete();
      }
    }
  }
}
