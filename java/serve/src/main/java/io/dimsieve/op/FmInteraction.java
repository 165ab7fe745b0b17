package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/**
 * Factorization machine: e [batch, columns] → [batch, 1], z = ½ Σ_j [(Σ_f e_fj)² − Σ_f e_fj²] (Rendle 2010, equation 5).
 *
 * <p>Fields of unequal width meet in their common base columns: {@code identity} gives each batch column its base column j.
 */
public final class FmInteraction implements Op {

  private final Backend backend;
  private final Variable e;
  private final long identity;
  private final int dimension;
  private final Tensor sums;
  private final Variable out;

  /**
   * The interaction.
   *
   * @param identity I32 [1, columns], or null when column c is base column c mod dimension
   * @param sums scratch [capacity, dimension] that backward reads
   */
  public FmInteraction(Backend backend, Variable e, Tensor identity, int dimension, Tensor sums, Variable out) {
    this.backend = backend;
    this.e = e.consumedBy(this);
    this.identity = identity == null ? 0 : identity.address();
    this.dimension = dimension;
    this.sums = sums;
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "fm_forward",
        Native.ds_fm_forward(
            backend.handle(), backend.stream(), e.value().address(), identity, sums.address(), out.value().address(), batch, e.columns(),
            dimension));
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "fm_backward",
        Native.ds_fm_backward(
            backend.handle(), backend.stream(), e.value().address(), identity, sums.address(), out.gradient().address(),
            e.gradient().address(), e.accumulates(this), batch, e.columns(), dimension));
  }
}
