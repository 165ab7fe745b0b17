package io.dimsieve.train;

import io.dimsieve.ConfigurationException;
import io.dimsieve.optimizer.OptimizerSpec;

/**
 * How a model is trained.
 *
 * @param batchSize rows a step
 * @param epochs passes over the training rows at most
 * @param patience epochs without a better validation AUC before training ends; 0 trains all epochs and keeps the last
 * @param seed of initial weights, shuffling and dropout
 * @param dense rule for matrices and biases
 * @param embedding rule for embedding tables and first-order weights
 * @param decay factor on the learning rate after an epoch without a better validation AUC
 */
public record TrainSpec(
    int batchSize, int epochs, int patience, long seed, OptimizerSpec dense, OptimizerSpec embedding, double decay) {

  public TrainSpec {
    if (batchSize < 1 || batchSize > 1 << 20) {
      throw new ConfigurationException("batch size must be 1 to 1048576, is " + batchSize);
    }
    if (epochs < 1 || patience < 0) {
      throw new ConfigurationException("epochs must be positive and patience not negative, are " + epochs + " and " + patience);
    }
    if (!(decay > 0 && decay <= 1)) {
      throw new ConfigurationException("learning-rate decay must be in (0, 1], is " + decay);
    }
  }

  /** Adam 1e-3 everywhere, batches of 4096, until two epochs bring nothing. */
  public static TrainSpec of(long seed) {
    OptimizerSpec adam = OptimizerSpec.adam(1e-3);
    return new TrainSpec(4096, 50, 2, seed, adam, adam, 1);
  }

  public TrainSpec withBatchSize(int rows) {
    return new TrainSpec(rows, epochs, patience, seed, dense, embedding, decay);
  }

  public TrainSpec withEpochs(int most) {
    return new TrainSpec(batchSize, most, patience, seed, dense, embedding, decay);
  }

  public TrainSpec withPatience(int value) {
    return new TrainSpec(batchSize, epochs, value, seed, dense, embedding, decay);
  }

  public TrainSpec withSeed(long value) {
    return new TrainSpec(batchSize, epochs, patience, value, dense, embedding, decay);
  }

  public TrainSpec withOptimizers(OptimizerSpec forDense, OptimizerSpec forEmbedding) {
    return new TrainSpec(batchSize, epochs, patience, seed, forDense, forEmbedding, decay);
  }

  public TrainSpec withDecay(double value) {
    return new TrainSpec(batchSize, epochs, patience, seed, dense, embedding, value);
  }
}
