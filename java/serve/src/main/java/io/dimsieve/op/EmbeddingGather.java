package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/**
 * Looks up the embedding rows of a batch: ids I32 [batch, fields] → [batch, columns], times the table's mask when it has one.
 *
 * <p>Its backward is empty: the gradient of the output is what the optimizer's fused update consumes.
 */
public final class EmbeddingGather implements EmbeddingLookup {

  private final Backend backend;
  private final EmbeddingTable table;
  private final Tensor ids;
  private final Variable out;

  public EmbeddingGather(Backend backend, EmbeddingTable table, Tensor ids, Variable out) {
    this.backend = backend;
    this.table = table;
    this.ids = ids;
    this.out = out;
  }

  @Override
  public EmbeddingGradient gradient() {
    return EmbeddingGradient.of(out.gradient());
  }

  @Override
  public Variable keepMatrix() {
    return out;
  }

  @Override
  public void forward(int batch, boolean training) {
    if (table.layout().columns() == 0) {
      return;
    }
    Status.check(
        "embedding_gather",
        Native.ds_embedding_gather(
            backend.handle(), backend.stream(), table.values().address(), table.base().address(), table.width().address(),
            table.column().address(), table.rows().address(), ids.address(), table.maskAddress(), table.rowMaskAddress(), table.rowBase().address(),
            out.value().address(), batch,
            table.layout().fields(), out.columns()));
  }

  @Override
  public void backward(int batch) {}
}
