package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/**
 * Inner products of all pairs of fields: e [batch, columns] → [batch, F (F − 1) / 2], ⟨e_f, e_g⟩ for f &lt; g, by f, then by g (PNN, Qu et al. 2016).
 *
 * <p>Fields of unequal width meet in their common base columns, which {@code identity} gives each batch column.
 */
public final class InnerProduct implements Op {

  private final Backend backend;
  private final Variable e;
  private final long identity;
  private final long column;
  private final int fields;
  private final int dimension;
  private final Tensor spread;
  private final Variable out;

  /**
   * The products.
   *
   * @param identity I32 [columns]: base column of each column of e, or null when every field has {@code dimension} columns
   * @param column I32 [fields]: first column of each field in e; null without identity
   * @param spread scratch [capacity, fields · dimension] that backward reads; null without identity
   */
  public InnerProduct(Backend backend, Variable e, Tensor identity, Tensor column, int fields, int dimension, Tensor spread, Variable out) {
    this.backend = backend;
    this.e = e.consumedBy(this);
    this.identity = identity == null ? 0 : identity.address();
    this.column = column == null ? 0 : column.address();
    this.fields = fields;
    this.dimension = dimension;
    this.spread = spread;
    this.out = out;
  }

  /** Pairs of that many fields. */
  public static int pairs(int fields) {
    return fields * (fields - 1) / 2;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "inner_product_forward",
        Native.ds_inner_product_forward(
            backend.handle(), backend.stream(), e.value().address(), identity, column, spread == null ? 0 : spread.address(),
            out.value().address(), batch, fields, e.columns(), dimension));
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "inner_product_backward",
        Native.ds_inner_product_backward(
            backend.handle(), backend.stream(), e.value().address(), identity, column, spread == null ? 0 : spread.address(),
            out.gradient().address(), e.gradient().address(), e.accumulates(this), batch, fields, e.columns(), dimension));
  }
}
