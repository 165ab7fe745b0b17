package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/**
 * Bias, ReLU and inverted dropout in place: x ← dropout(relu(x + b)). Which elements drop is a hash of (seed, step, layer, element), so a run can be
 * repeated and does not depend on threads.
 */
public final class BiasReluDropout implements Op {

  private final Backend backend;
  private final Variable x;
  private final Weights bias;
  private final int relu;
  private final float keep;
  private final Tensor seed;
  private final int layer;
  private final Tensor workspace;

  /**
   * The layer.
   *
   * @param x [batch, n], overwritten; nothing else may have consumed it
   * @param dropout probability that an element is dropped, in [0, 1); only with ReLU
   * @param seed I64 [1, 2]: seed of the run, step
   * @param workspace at least ceil(capacity / {@link Workspace#ROW_CHUNK}) · n floats
   */
  public BiasReluDropout(
      Backend backend, Variable x, Weights bias, boolean relu, float dropout, Tensor seed, int layer, Tensor workspace) {
    this.backend = backend;
    this.x = x;
    this.bias = bias;
    this.relu = relu ? 1 : 0;
    this.keep = 1.0f - dropout;
    this.seed = seed;
    this.layer = layer;
    this.workspace = workspace;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "bias_relu_dropout_forward",
        Native.ds_bias_relu_dropout_forward(
            backend.handle(), backend.stream(), x.value().address(), bias.value().address(), relu, training ? keep : 1.0f, seed.address(),
            layer, batch, x.columns()));
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "bias_relu_dropout_backward",
        Native.ds_bias_relu_dropout_backward(
            backend.handle(), backend.stream(), x.value().address(), relu, keep, x.gradient().address(), bias.gradient().address(),
            workspace.address(), batch, x.columns()));
  }
}
