package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a model with uniform embedding tables on a dataset.")
final class TrainCommand implements Callable<Integer> {

  @ParentCommand private Main main;

  @Parameters(index = "0", paramLabel = "DATASET", description = "dataset file, as prepare writes it")
  private Path data;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "MODEL", description = "model file to write")
  private Path output;

  @Option(names = "--checkpoint", paramLabel = "FILE", description = "keep a checkpoint here, and go on from it when it is there")
  private Path checkpoint;

  @Mixin private ModelOptions model;
  @Mixin private TrainOptions train;
  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data)) {
      EmbeddingLayout layout = EmbeddingLayout.uniform(model.dimension(), dataset.rows());
      TrainingRun.print(new TrainingRun(main, backend, dataset).train(model.spec(), layout, train.spec(), null, checkpoint, output));
      return 0;
    }
  }
}
