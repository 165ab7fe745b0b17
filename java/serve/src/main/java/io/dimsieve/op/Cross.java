package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/** What follows the product y = x W of a cross layer: out = x0 ⊙ (y + b) + x, all [batch, n] (DCN V2, Wang et al. 2021, equation 1). */
public final class Cross implements Op {

  private final Backend backend;
  private final Variable x0;
  private final Variable x;
  private final Variable product;
  private final Weights bias;
  private final Tensor workspace;
  private final Variable out;

  /**
   * The layer.
   *
   * @param x0 input of the first layer
   * @param x input of this layer; may be x0
   * @param product x W; nothing else may consume it
   * @param bias [1, n]
   * @param workspace at least ceil(capacity / {@link Workspace#ROW_CHUNK}) · n floats
   */
  public Cross(Backend backend, Variable x0, Variable x, Variable product, Weights bias, Tensor workspace, Variable out) {
    this.backend = backend;
    this.x0 = x0.consumedBy(this);
    this.x = x.consumedBy(this);
    this.product = product;
    this.bias = bias;
    this.workspace = workspace;
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "cross_forward",
        Native.ds_cross_forward(
            backend.handle(), backend.stream(), x0.value().address(), x.value().address(), product.value().address(), bias.value().address(),
            out.value().address(), batch, out.columns()));
  }

  @Override
  public void backward(int batch) {
    int accumulateX = x == x0 ? 1 : x.accumulates(this);
    Status.check(
        "cross_backward",
        Native.ds_cross_backward(
            backend.handle(), backend.stream(), x0.value().address(), product.value().address(), bias.value().address(),
            out.gradient().address(), x0.gradient().address(), x0.accumulates(this), x.gradient().address(), accumulateX,
            product.gradient().address(), bias.gradient().address(), workspace.address(), batch, out.columns()));
  }
}
