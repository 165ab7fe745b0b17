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
 * @param crossLayers number of cross layers, 0 to 16; ignored by models without them
 * @param attention sizes of the self-attention, ignored by models without it; null, as in files from before it was a setting, for the customary ones
 */
public record ModelSpec(
    String architecture, List<Integer> hidden, double dropout, boolean batchNorm, int projection, double deviation, int crossLayers,
    Attention attention) {

  /**
   * Sizes of self-attention over fields.
   *
   * @param size of a head, 1 to 1024
   * @param heads 1 to 64
   * @param layers 1 to 16
   */
  public record Attention(int size, int heads, int layers) {

    static final Attention CUSTOMARY = new Attention(16, 2, 3);

    public Attention {
      if (size < 1 || size > 1024 || heads < 1 || heads > 64 || layers < 1 || layers > 16) {
        throw new ConfigurationException(
            "attention needs heads of 1 to 1024, 1 to 64 of them and 1 to 16 layers, not " + size + ", " + heads + " and " + layers);
      }
    }

    /** Columns of a field: heads · size. */
    public int units() {
      return heads * size;
    }
  }

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
    if (crossLayers < 0 || crossLayers > 16) {
      throw new ConfigurationException("cross layers must be 0 to 16, are " + crossLayers);
    }
    if (attention == null) {
      attention = Attention.CUSTOMARY;
    }
  }

  /** The model with customary sizes. */
  public static ModelSpec of(String architecture) {
    return new ModelSpec(architecture, List.of(256, 128), 0.2, false, 0, 0.01, 3, Attention.CUSTOMARY);
  }

  public ModelSpec withHidden(Integer... widths) {
    return new ModelSpec(architecture, List.of(widths), dropout, batchNorm, projection, deviation, crossLayers, attention);
  }

  public ModelSpec withDropout(double value) {
    return new ModelSpec(architecture, hidden, value, batchNorm, projection, deviation, crossLayers, attention);
  }

  public ModelSpec withBatchNorm(boolean value) {
    return new ModelSpec(architecture, hidden, dropout, value, projection, deviation, crossLayers, attention);
  }

  public ModelSpec withProjection(int size) {
    return new ModelSpec(architecture, hidden, dropout, batchNorm, size, deviation, crossLayers, attention);
  }

  public ModelSpec withDeviation(double value) {
    return new ModelSpec(architecture, hidden, dropout, batchNorm, projection, value, crossLayers, attention);
  }

  public ModelSpec withCrossLayers(int layers) {
    return new ModelSpec(architecture, hidden, dropout, batchNorm, projection, deviation, layers, attention);
  }

  public ModelSpec withAttention(int size, int heads, int layers) {
    return new ModelSpec(
        architecture, hidden, dropout, batchNorm, projection, deviation, crossLayers, new Attention(size, heads, layers));
  }
}
