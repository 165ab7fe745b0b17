package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "retrain", mixinStandardHelpOptions = true,
    description = "Trains a compacted model: from scratch, or from the surviving weights of a larger one.")
final class RetrainCommand extends TrainingVerb {

  @Parameters(index = "0", paramLabel = "DATASET", description = "dataset file")
  private Path data;

  @Option(names = "--plan", required = true, paramLabel = "PLAN", description = "dimension plan, as search writes it")
  private Path plan;

  @Option(names = "--from", paramLabel = "MODEL", description = "begin with the weights of this model whose columns survive")
  private Path start;

  @Override
  EmbeddingLayout layout(Dataset dataset, int dimension) {
    DimensionPlan read = DimensionPlan.read(plan);
    read.requireFits(plan.toString(), dataset.encoder().schema().fields().stream().map(field -> field.name()).toList(), dataset.rows());
    return read.layout();
  }

  @Override
  Path start() {
    return start;
  }

  @Override
  public Integer call() {
    return train(data);
  }
}
