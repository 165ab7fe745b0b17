package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;

/** Two values side by side: a [batch, m], b [batch, n] → [batch, m + n]. */
public final class Concat implements Op {

  private final Backend backend;
  private final Variable a;
  private final Variable b;
  private final Variable out;

  /** The two; they must differ. */
  public Concat(Backend backend, Variable a, Variable b, Variable out) {
    this.backend = backend;
    this.a = a.consumedBy(this);
    this.b = b.consumedBy(this);
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "concat_forward",
        Native.ds_concat_forward(
            backend.handle(), backend.stream(), a.value().address(), b.value().address(), out.value().address(), batch, a.columns(),
            b.columns()));
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "concat_backward",
        Native.ds_concat_backward(
            backend.handle(), backend.stream(), out.gradient().address(), a.gradient().address(), a.accumulates(this), b.gradient().address(),
            b.accumulates(this), batch, a.columns(), b.columns()));
  }
}
