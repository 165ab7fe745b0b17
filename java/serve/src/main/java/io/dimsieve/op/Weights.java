package io.dimsieve.op;

import io.dimsieve.tensor.Tensor;

/**
 * A dense parameter and its gradient, of equal shape.
 *
 * @param name unique in its model, such as {@code mlp.0.weight}
 * @param axes which of its axes begin with embedding columns
 */
public record Weights(String name, Tensor value, Tensor gradient, EmbeddingAxes axes) {

  /** A parameter without an axis of embedding columns. */
  public Weights(String name, Tensor value, Tensor gradient) {
    this(name, value, gradient, EmbeddingAxes.NONE);
  }
}
