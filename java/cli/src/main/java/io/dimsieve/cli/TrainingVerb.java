package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What train and retrain have in common: all but the layout of the tables and the weights to begin with. */
abstract class TrainingVerb implements Callable<Integer> {

  @ParentCommand private Main main;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "MODEL", description = "model file to write")
  private Path output;

  @Option(names = "--checkpoint", paramLabel = "FILE", description = "keep a checkpoint here, and go on from it when it is there")
  private Path checkpoint;

  @Mixin private ModelOptions model;
  @Mixin private TrainOptions train;
  @Mixin private EngineOptions engine;

  /** Sizes of the tables, for a dataset. */
  abstract EmbeddingLayout layout(Dataset dataset, int dimension);

  /** Model file whose surviving weights to begin with, or null for fresh ones. */
  abstract Path start();

  final Integer train(Path data) {
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data)) {
      EmbeddingLayout layout = layout(dataset, model.dimension());
      TrainingRun.print(
          new TrainingRun(main, backend, dataset).train(model.spec(), layout, train.spec(), start(), checkpoint, output));
      return 0;
    }
  }
}
