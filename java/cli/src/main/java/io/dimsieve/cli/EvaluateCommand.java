package io.dimsieve.cli;

import io.dimsieve.ModelFormatException;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.encode.Encoder;
import io.dimsieve.kernel.Backend;
import io.dimsieve.train.Evaluation;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "evaluate", mixinStandardHelpOptions = true, description = "Tells how good a model is on a part of a dataset.")
final class EvaluateCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MODEL", description = "model file")
  private Path source;

  @Parameters(index = "1", paramLabel = "DATASET", description = "dataset file with the model's vocabularies")
  private Path data;

  @Option(names = "--part", defaultValue = "TEST", description = "train, validation or test (default: test)")
  private Part part;

  @Option(names = "--batch", defaultValue = "4096", description = "rows scored at once (default: ${DEFAULT-VALUE})")
  private int batch;

  @Option(names = "--precision", description = "also tell what tables of 16 and 8 bits and hidden layers of 8 bits would cost")
  private boolean precision;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data);
        ModelStore.Stored stored = ModelStore.load(backend, source, batch)) {
      Dataset seen = asModelKnows(dataset, stored.encoder());
      Evaluation e = Evaluator.evaluate(stored.model(), seen, part);
      System.out.printf(
          Locale.ROOT, "auc %.5f logloss %.5f calibration %.4f rows %d, %.2f us a row%n", e.auc(), e.logLoss(), e.calibration(), e.rows(),
          1e6 * e.seconds() / Math.max(1, e.rows()));
      if (precision) {
        new PrecisionTable(backend, stored, seen, part).print();
      }
      return 0;
    }
  }

  /** The dataset as the model's vocabularies see it, which may be the more frequent part of the dataset's. */
  private Dataset asModelKnows(Dataset dataset, Encoder model) {
    boolean same = model.schema().equals(dataset.encoder().schema());
    for (int f = 0; same && f < model.fields(); f++) {
      same = model.rows(f) <= dataset.encoder().rows(f);
    }
    Dataset seen = same ? dataset.truncated(model.rows()) : dataset;
    for (int f = 0; same && f < model.fields(); f++) {
      same = model.vocabulary(f) == null || Arrays.equals(model.vocabulary(f).utf8(), seen.encoder().vocabulary(f).utf8());
    }
    if (!same) {
      throw new ModelFormatException(source.toString(), "has other fields or vocabularies than " + data);
    }
    return seen;
  }
}
