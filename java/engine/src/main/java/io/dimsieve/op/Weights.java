package io.dimsieve.op;

import io.dimsieve.tensor.Tensor;

/**
 * A dense parameter and its gradient, of equal shape.
 *
 * @param name unique in its model, such as {@code mlp.0.weight}
 */
public record Weights(String name, Tensor value, Tensor gradient) {}
