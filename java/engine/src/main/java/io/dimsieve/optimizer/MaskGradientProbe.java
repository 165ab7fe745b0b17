package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/**
 * The field-wise mask gradient G_c = Σ_b δê e of a batch without an update: the fused backward as SGD with step size 0, which leaves every value of the
 * tables as it was as long as the gradients are finite (only a negative zero becomes a positive one). For bi-level search and saliencies.
 */
public final class MaskGradientProbe {

  private final Backend backend;
  private final EmbeddingTable table;
  private final BatchGroups groups;
  private final EmbeddingGradient gradient;
  private final Tensor hyper;
  private final Tensor workspace;

  /**
   * A probe of one table.
   *
   * @param gradient of the batch, as the forward pass's lookup leaves it
   */
  public MaskGradientProbe(Backend backend, Allocator owner, EmbeddingTable table, BatchGroups groups, EmbeddingGradient gradient) {
    this.backend = backend;
    this.table = table;
    this.groups = groups;
    this.gradient = gradient;
    this.hyper = Tensor.floats(backend, owner, 1, Hyper.FLOATS);
    this.workspace =
        Tensor.floats(backend, owner, 1, Workspace.chunks(gradient.capacity(), Workspace.GROUP_CHUNK) * table.layout().columns());
  }

  /**
   * Writes G of the batch whose groups and gradient are there.
   *
   * @param into F32 [1, columns], overwritten
   * @param sign true for Σ_b δê sign(e)
   */
  public void measure(int batch, Tensor into, boolean sign) {
    Status.check(
        "embedding_backward",
        Native.ds_embedding_backward(
            backend.handle(), backend.stream(), gradient.values().address(), gradient.values().columns(), gradient.factorAddress(),
            groups.order(), groups.starts(), groups.unique(), groups.counts(), table.base().address(), table.width().address(),
            table.column().address(), table.maskAddress(), table.rowMaskAddress(), table.rowBase().address(), 0, 0,
            table.values().address(), 0, 0, into.address(), sign ? 1 : 0, 0, workspace.address(), OptimizerSpec.Rule.SGD.ordinal(),
            hyper.address(), batch, table.layout().fields(), table.layout().columns()));
  }
}
