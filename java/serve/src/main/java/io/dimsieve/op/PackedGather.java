package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.PackedTable;
import io.dimsieve.tensor.Tensor;

/** Looks up the embedding rows of a batch in tables as they are stored: ids I32 [batch, fields] → [batch, columns]. For serving; it has no backward. */
public final class PackedGather implements Op {

  private final Backend backend;
  private final PackedTable table;
  private final Tensor ids;
  private final Variable out;

  public PackedGather(Backend backend, PackedTable table, Tensor ids, Variable out) {
    this.backend = backend;
    this.table = table;
    this.ids = ids;
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    if (table.layout().columns() == 0) {
      return;
    }
    Status.check(
        "packed_gather",
        Native.ds_packed_gather(
            backend.handle(), backend.stream(), table.data(), table.descriptors().address(), ids.address(), out.value().address(), batch,
            table.layout().fields(), out.columns()));
  }

  @Override
  public void backward(int batch) {
    throw new UnsupportedOperationException("packed tables are not trained");
  }
}
