package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

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
  private final int shared;
  private final Tensor start;

  /**
   * The layer.
   *
   * @param w [in, out]
   * @param bias [1, out]
   */
  public Dense(Backend backend, Variable x, Weights w, Weights bias, boolean relu, Variable out) {
    this(backend, x, w, bias, relu, out, 0, null);
  }

  /**
   * A layer whose rows all begin alike: that part of their products is computed once. The same bits as without.
   *
   * @param shared columns of x that are equal in all rows of a batch, from 0 on
   * @param start scratch memory, [1, out]; null where shared is 0
   */
  public Dense(Backend backend, Variable x, Weights w, Weights bias, boolean relu, Variable out, int shared, Tensor start) {
    this.backend = backend;
    this.x = x;
    this.w = w;
    this.bias = bias;
    this.relu = relu;
    this.out = out;
    this.shared = shared;
    this.start = start;
  }

  @Override
  public void forward(int batch, boolean training) {
    long n = out.columns();
    long input = x.value().address();
    long weights = w.value().address();
    if (shared > 0) {
      Status.check(
          "dense_forward",
          Native.ds_dense_forward(
              backend.handle(), backend.stream(), input, x.columns(), weights, 0, 0, 0, start.address(), n, Math.min(batch, 1), shared, n));
    }
    Status.check(
        "dense_forward",
        Native.ds_dense_forward(
            backend.handle(), backend.stream(), input + (long) Float.BYTES * shared, x.columns(), weights + Float.BYTES * n * shared,
            shared > 0 ? start.address() : 0, bias.value().address(), relu ? 1 : 0, out.value().address(), n, batch, x.columns() - shared, n));
  }

  @Override
  public void backward(int batch) {
    throw new UnsupportedOperationException("layers for serving are not trained");
  }
}
