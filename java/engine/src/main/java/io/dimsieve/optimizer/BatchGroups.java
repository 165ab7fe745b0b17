package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.tensor.Tensor;

/**
 * The positions of a batch grouped by id, field by field; made once per batch and shared by all tables over the same fields. Layout as
 * {@code native/cpu/embedding_group.cpp} says.
 */
public final class BatchGroups {

  private final Backend backend;
  private final Tensor ids;
  private final Tensor rows;
  private final Tensor order;
  private final Tensor scratch;
  private final Tensor starts;
  private final Tensor unique;
  private final Tensor counts;
  private int size;

  /**
   * Room for the groups of batches.
   *
   * @param ids I32 [capacity, fields]
   * @param rows I64 [fields]
   */
  public BatchGroups(Backend backend, Allocator owner, Tensor ids, Tensor rows) {
    this.backend = backend;
    this.ids = ids;
    this.rows = rows;
    long fields = ids.columns();
    long capacity = ids.rows();
    order = Tensor.allocate(backend, owner, Tensor.Type.I32, fields, capacity);
    scratch = Tensor.allocate(backend, owner, Tensor.Type.I32, fields, capacity);
    starts = Tensor.allocate(backend, owner, Tensor.Type.I32, fields, capacity + 1);
    unique = Tensor.allocate(backend, owner, Tensor.Type.I32, fields, capacity);
    counts = Tensor.allocate(backend, owner, Tensor.Type.I32, fields, 1);
  }

  /** Groups the first {@code batch} rows of the ids. */
  public void group(int batch) {
    size = batch;
    Status.check(
        "embedding_group",
        Native.ds_embedding_group(
            backend.handle(), backend.stream(), rows.address(), ids.address(), order.address(), scratch.address(), starts.address(),
            unique.address(), counts.address(), batch, (int) ids.columns()));
  }

  /** Rows of the batch that is grouped. */
  int size() {
    return size;
  }

  long order() {
    return order.address();
  }

  long starts() {
    return starts.address();
  }

  long unique() {
    return unique.address();
  }

  long counts() {
    return counts.address();
  }
}
