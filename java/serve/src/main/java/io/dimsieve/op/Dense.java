package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;

/**
 * A dense layer at once: x [batch, in] → [batch, out], y = x w + bias, and with ReLU max(0, y). The same bits as {@link MatMul} and {@link BiasReluDropout}
 * give outside of training. For serving; it has no backward.
 */
public final class Dense implements Op {

  private final Backend backend;
  private final Variable x;
  private final Weights w;
  private final Weights bias;
  private final boolean relu;
  private final Variable out;

  /**
   * The layer.
   *
   * @param w [in, out]
   * @param bias [1, out]
   */
  public Dense(Backend backend, Variable x, Weights w, Weights bias, boolean relu, Variable out) {
    this.backend = backend;
    this.x = x;
    this.w = w;
    this.bias = bias;
    this.relu = relu;
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "dense_forward",
        Native.ds_dense_forward(
            backend.handle(), backend.stream(), x.value().address(), x.columns(), w.value().address(), bias.value().address(), relu ? 1 : 0,
            out.value().address(), out.columns(), batch, x.columns(), out.columns()));
  }

  @Override
  public void backward(int batch) {
    throw new UnsupportedOperationException("layers for serving are not trained");
  }
}
