package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;

/**
 * Matrix product with a weight: x [batch, in] · w [in, out] → [batch, out]. Backward: dw = xᵀ dy, dx (+)= dy wᵀ.
 *
 * <p>An x of r · in columns is r rows of in side by side: each is multiplied with the same w, and out has r · out columns.
 *
 * <p>Outside training the sums are those of {@code dense_forward}, in an order of their own whatever the batch: a row gets the same bits in evaluation and
 * in scoring, alone or among others, and with masked columns or without them. In training they are the BLAS's.
 */
public final class MatMul implements Op {

  private final Backend backend;
  private final Variable x;
  private final Weights w;
  private final Variable out;
  private final int in;
  private final int columns;
  private final int repeats;

  public MatMul(Backend backend, Variable x, Weights w, Variable out) {
    this.backend = backend;
    this.x = x.consumedBy(this);
    this.w = w;
    this.out = out;
    this.in = (int) w.value().rows();
    this.columns = (int) w.value().columns();
    this.repeats = in == 0 ? 1 : x.columns() / in;
  }

  @Override
  public void forward(int batch, boolean training) {
    if (!training) {
      Status.check(
          "dense_forward",
          Native.ds_dense_forward(
              backend.handle(), backend.stream(), x.value().address(), in, w.value().address(), 0, 0, 0, out.value().address(), columns, rows(batch), in,
              columns));
      return;
    }
    Status.check(
        "matmul",
        Native.ds_matmul(
            backend.handle(), backend.stream(), 0, 0, rows(batch), columns, in, x.value().address(), in, w.value().address(), columns, 0.0f,
            out.value().address(), columns));
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "matmul",
        Native.ds_matmul(
            backend.handle(), backend.stream(), 1, 0, in, columns, rows(batch), x.value().address(), in, out.gradient().address(), columns, 0.0f,
            w.gradient().address(), columns));
    if (x.gradient() != null) {
      Status.check(
          "matmul",
          Native.ds_matmul(
              backend.handle(), backend.stream(), 0, 1, rows(batch), in, columns, out.gradient().address(), columns, w.value().address(), columns,
              x.accumulates(this), x.gradient().address(), in));
    }
  }

  private long rows(int batch) {
    return (long) batch * repeats;
  }
}
