package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a model with uniform embedding tables on a dataset.")
final class TrainCommand extends TrainingVerb {

  @Parameters(index = "0", paramLabel = "DATASET", description = "dataset file, as prepare writes it")
  private Path data;

  @Override
  EmbeddingLayout layout(Dataset dataset, int dimension) {
    return EmbeddingLayout.uniform(dimension, dataset.rows());
  }

  @Override
  Path start() {
    return null;
  }

  @Override
  public Integer call() {
    return train(data);
  }
}
