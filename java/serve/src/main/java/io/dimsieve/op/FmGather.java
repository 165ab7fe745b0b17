package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/**
 * Factorization machine straight from embedding tables of one width: ids I32 [batch, fields] → [batch, 1], z = ½ Σ_j [(Σ_f ê_fj)² − Σ_f ê_fj²] (Rendle
 * 2010, equation 5), ê masked where the table has a mask. The bits of {@link EmbeddingGather} and {@link FmInteraction}, for a model that makes nothing
 * else of its embeddings: the batch matrix between the two is neither written nor read.
 *
 * <p>Its backward is empty unless somebody keeps the matrix: the fused update makes the gradients of rows of S = Σ_f ê_f and the logit's gradient.
 */
public final class FmGather implements EmbeddingLookup {

  private final Backend backend;
  private final Allocator owner;
  private final EmbeddingTable table;
  private final Tensor ids;
  private final Tensor sums;
  private final Variable out;
  private Variable matrix;
  private EmbeddingGather gather;

  /**
   * The interaction.
   *
   * @param owner of the scratch memory S [capacity, dimension], and of the matrix if it is kept
   * @param table whose fields all have the layout's dimension
   */
  public FmGather(Backend backend, Allocator owner, EmbeddingTable table, Tensor ids, Variable out) {
    if (!table.layout().isUniform()) {
      throw new IllegalArgumentException("fields of unequal width meet in FmInteraction");
    }
    this.backend = backend;
    this.owner = owner;
    this.table = table;
    this.ids = ids;
    this.sums = Tensor.floats(backend, owner, ids.rows(), table.layout().dimension());
    this.out = out;
  }

  @Override
  public EmbeddingGradient gradient() {
    return new EmbeddingGradient(sums, out.gradient());
  }

  @Override
  public Variable keepMatrix() {
    if (matrix == null) {
      int columns = table.layout().columns();
      matrix = new Variable(Tensor.floats(backend, owner, ids.rows(), columns), Tensor.floats(backend, owner, ids.rows(), columns));
      gather = new EmbeddingGather(backend, table, ids, matrix);
    }
    return matrix;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "fm_gather",
        Native.ds_fm_gather(
            backend.handle(), backend.stream(), table.values().address(), table.base().address(), table.rows().address(), ids.address(),
            table.maskAddress(), table.rowMaskAddress(), table.rowBase().address(), sums.address(), out.value().address(), batch,
            table.layout().fields(), table.layout().dimension()));
  }

  @Override
  public void backward(int batch) {
    if (matrix == null) {
      return;
    }
    gather.forward(batch, true);
    Status.check(
        "fm_backward",
        Native.ds_fm_backward(
            backend.handle(), backend.stream(), matrix.value().address(), 0, sums.address(), out.gradient().address(),
            matrix.gradient().address(), 0, batch, matrix.columns(), table.layout().dimension()));
  }
}
