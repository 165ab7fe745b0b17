package io.dimsieve.cli;

import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.train.TrainSpec;
import picocli.CommandLine.Option;

/** Options that say how to train. */
final class TrainOptions {

  @Option(names = "--batch", defaultValue = "1024", description = "rows a step (default: ${DEFAULT-VALUE})")
  private int batch;

  @Option(names = "--epochs", defaultValue = "50", description = "passes over the training rows at most (default: ${DEFAULT-VALUE})")
  private int epochs;

  @Option(
      names = "--patience", defaultValue = "2",
      description = "epochs without a better validation AUC before training ends; 0 trains them all (default: ${DEFAULT-VALUE})")
  private int patience;

  @Option(names = "--optimizer", defaultValue = "adam", description = "sgd, adagrad or adam (default: ${DEFAULT-VALUE})")
  private String optimizer;

  @Option(names = "--rate", defaultValue = "0.001", description = "learning rate (default: ${DEFAULT-VALUE})")
  private double rate;

  @Option(names = "--l2", defaultValue = "0", description = "L2 of matrices and biases (default: ${DEFAULT-VALUE})")
  private double l2;

  @Option(names = "--table-l2", defaultValue = "0", description = "L2 of embeddings and first-order weights (default: ${DEFAULT-VALUE})")
  private double tableL2;

  @Option(names = "--exact-dense", description = "tables behave as if every row were updated in every step")
  private boolean exactDense;

  @Option(
      names = "--decay", defaultValue = "1",
      description = "factor on the learning rate after an epoch that brought nothing (default: ${DEFAULT-VALUE})")
  private double decay;

  @Option(names = "--seed", defaultValue = "1", description = "of weights, shuffling and dropout (default: ${DEFAULT-VALUE})")
  private long seed;

  TrainSpec spec() {
    OptimizerSpec.Rule rule = OptimizerSpec.Rule.of(optimizer);
    return new TrainSpec(
        batch, epochs, patience, seed, OptimizerSpec.of(rule, rate, l2), OptimizerSpec.of(rule, rate, tableL2).withExactDense(exactDense),
        decay);
  }
}
