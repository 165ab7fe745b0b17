package io.dimsieve.model;

import io.dimsieve.ConfigurationException;
import java.util.List;

/**
 * A model and its sizes, embedding tables aside.
 *
 * @param architecture name of the model
 * @param hidden widths of the hidden layers; ignored by models without an MLP
 * @param dropout probability of dropping a hidden unit, in [0, 1)
 * @param batchNorm whether hidden layers normalise their inputs over the batch
 * @param projection common size that a linear map per field brings embeddings to before inner products; 0 for alignment by column identity
 * @param deviation standard deviation of the embeddings' initial values
 */
public record ModelSpec(String architecture, List<Integer> hidden, double dropout, boolean batchNorm, int projection, double deviation) {

  public ModelSpec {
    Architectures.of(architecture);
    hidden = List.copyOf(hidden);
    if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1 || width > 1 << 16)) {
      throw new ConfigurationException("hidden layers need 1 to 65536 units each, not " + hidden);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new ConfigurationException("dropout must be in [0, 1), is " + dropout);
    }
    if (projection < 0 || projection > 1024) {
      throw new ConfigurationException("projection must be 0 to 1024, is " + projection);
    }
    if (!(deviation > 0 && deviation <= 10)) {
      throw new ConfigurationException("the deviation of initial embeddings must be in (0, 10], is " + deviation);
    }
  }

  /** The model with customary sizes. */
  public static ModelSpec of(String architecture) {
    return new ModelSpec(architecture, List.of(256, 128), 0.2, false, 0, 0.01);
  }

  public ModelSpec withHidden(Integer... widths) {
    return new ModelSpec(architecture, List.of(widths), dropout, batchNorm, projection, deviation);
  }

  public ModelSpec withDropout(double value) {
    return new ModelSpec(architecture, hidden, value, batchNorm, projection, deviation);
  }

  public ModelSpec withBatchNorm(boolean value) {
    return new ModelSpec(architecture, hidden, dropout, value, projection, deviation);
  }

  public ModelSpec withProjection(int size) {
    return new ModelSpec(architecture, hidden, dropout, batchNorm, size, deviation);
  }

  public ModelSpec withDeviation(double value) {
    return new ModelSpec(architecture, hidden, dropout, batchNorm, projection, value);
  }
}
