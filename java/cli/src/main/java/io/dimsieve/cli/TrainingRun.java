package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Compactor;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.Evaluation;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.ModelStore;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** What train, retrain and demo share: train a model of some layout, write it, tell how good it is. */
final class TrainingRun {

  /**
   * How it went.
   *
   * @param test quality on the test part
   * @param seconds of training
   */
  record Outcome(Evaluation test, Trainer.Result result, long parameters, long embeddingBytes, double seconds) {}

  private final Main main;
  private final Backend backend;
  private final Dataset dataset;

  TrainingRun(Main main, Backend backend, Dataset dataset) {
    this.main = main;
    this.backend = backend;
    this.dataset = dataset;
  }

  /**
   * Trains and writes.
   *
   * @param start model file whose surviving weights to begin with, or null for fresh ones
   * @param checkpoint file to keep a checkpoint in, or null
   */
  Outcome train(ModelSpec spec, EmbeddingLayout layout, TrainSpec train, Path start, Path checkpoint, Path output) {
    Writable.check(output);
    Dataset rows = dataset.truncated(layout.rows());
    try (CtrModel model = new CtrModel(backend, spec, layout, train.batchSize())) {
      model.initialize(train.seed());
      if (start != null) {
        try (ModelStore.Stored stored = ModelStore.load(backend, start, 1)) {
          Compactor.copy(stored.model(), model);
        }
      }
      try (Trainer trainer = new Trainer(model, train, rows)) {
        trainer.progress(main.progress());
        trainer.stopWhen(main.stopRequested());
        if (checkpoint != null) {
          trainer.checkpoint(checkpoint);
          if (Files.exists(checkpoint)) {
            trainer.resume(checkpoint);
          }
        }
        Trainer.Result result = trainer.fit();
        if (result.interrupted()) {
          System.err.println("dimsieve: stopped after step " + result.steps()
              + (checkpoint == null ? "; without --checkpoint nothing was kept" : "; run the same command again to go on from " + checkpoint));
          return new Outcome(null, result, model.parameters(), model.embeddingBytes(), result.seconds());
        }
        model.roundToStored();
        ModelStore.save(model, rows.encoder(), provenance(train), output);
        Evaluation test = Evaluator.evaluate(model, rows, rows.rows(Part.TEST) > 0 ? Part.TEST : Part.VALIDATION);
        return new Outcome(test, result, model.parameters(), model.embeddingBytes(), result.seconds());
      }
    }
  }

  private Map<String, String> provenance(TrainSpec train) {
    return Map.of("dataset", dataset.path().getFileName().toString(), "source", dataset.source(), "training", train.toString());
  }

  /** The outcome as one line. */
  static void print(Outcome outcome) {
    if (outcome.test() != null) {
      System.out.printf(
          Locale.ROOT, "test auc %.4f logloss %.4f, best epoch %d of %d, %,d parameters, embeddings %,d bytes, %.1f s%n", outcome.test().auc(),
          outcome.test().logLoss(), outcome.result().best().epoch(), outcome.result().epochs().size(), outcome.parameters(),
          outcome.embeddingBytes(), outcome.seconds());
    }
  }
}
