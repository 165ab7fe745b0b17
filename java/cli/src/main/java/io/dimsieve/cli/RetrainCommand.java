package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.search.DimensionPlan;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "retrain", mixinStandardHelpOptions = true,
    description = "Trains a compacted model: from scratch, or from the surviving weights of a larger one.")
final class RetrainCommand implements Callable<Integer> {

  @ParentCommand private Main main;

  @Parameters(index = "0", paramLabel = "DATASET", description = "dataset file")
  private Path data;

  @Option(names = "--plan", required = true, paramLabel = "PLAN", description = "dimension plan, as search writes it")
  private Path plan;

  @Option(names = "--from", paramLabel = "MODEL", description = "begin with the weights of this model whose columns survive")
  private Path start;

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
      DimensionPlan read = DimensionPlan.read(plan);
      read.requireFits(plan.toString(), dataset.encoder().schema().fields().stream().map(field -> field.name()).toList(), dataset.rows());
      TrainingRun.print(new TrainingRun(main, backend, dataset).train(model.spec(), read.layout(), train.spec(), start, checkpoint, output));
      return 0;
    }
  }
}
