package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Exact dense semantics for sparse updates: remembers when each row was last updated and the numbers of every step since, and replays the updates a
 * row missed, with zero data gradient, before the row is read again. Bit-equal to updating the whole table in every step.
 */
final class CatchUp implements AutoCloseable {

  private final Backend backend;
  private final OptimizerSpec spec;
  private final EmbeddingTable table;
  private final BatchGroups groups;
  private final Tensor rowBase;
  private final Tensor last;
  private Arena historyOwner;
  private Tensor history;

  CatchUp(Backend backend, Allocator owner, OptimizerSpec spec, EmbeddingTable table, BatchGroups groups) {
    this.backend = backend;
    this.spec = spec;
    this.table = table;
    this.groups = groups;
    long[] base = new long[table.layout().fields() + 1];
    for (int f = 0; f < table.layout().fields(); f++) {
      base[f + 1] = base[f] + table.layout().rows(f);
    }
    this.rowBase = Tensor.of(backend, owner, base);
    this.last = Tensor.allocate(backend, owner, Tensor.Type.I32, 1, base[base.length - 1]);
    this.historyOwner = new Arena(backend);
    this.history = Tensor.floats(backend, historyOwner, 1024, Hyper.FLOATS);
  }

  void rows(long step, int batch, Tensor state1, Tensor state2) {
    replay(groups.unique(), step, batch, state1, state2);
  }

  /** All rows, after {@code step} steps. */
  void all(long step, Tensor state1, Tensor state2) {
    replay(0, step + 1, 0, state1, state2);
  }

  private void replay(long unique, long step, int batch, Tensor state1, Tensor state2) {
    Status.check(
        "embedding_catch_up",
        Native.ds_embedding_catch_up(
            backend.handle(), backend.stream(), unique, groups.counts(), table.base().address(), table.width().address(),
            rowBase.address(), table.values().address(), state1.address(), state2.address(), last.address(), spec.rule().ordinal(),
            history.address(), step, batch, table.layout().fields()));
  }

  /** Notes that the batch's rows are up to date after {@code step}, and the step's numbers. */
  void mark(long step, int batch, Hyper hyper) {
    while (step > history.rows()) {
      grow();
    }
    backend.copyIn(history.address() + 4L * Hyper.FLOATS * (step - 1), hyper.address(), 4L * Hyper.FLOATS);
    Status.check(
        "embedding_mark",
        Native.ds_embedding_mark(
            backend.handle(), backend.stream(), groups.unique(), groups.counts(), rowBase.address(), last.address(), step, batch,
            table.layout().fields()));
  }

  /** Every row is up to date after {@code step} steps that were done elsewhere. */
  void startAfter(long step) {
    try (Block host = HostAllocator.INSTANCE.allocate(last.bytes())) {
      UnsafeBuffer view = host.view();
      for (int i = 0; i < last.size(); i++) {
        view.putInt(4 * i, (int) step);
      }
      backend.copyIn(last.address(), host.address(), host.bytes());
    }
  }

  @Override
  public void close() {
    historyOwner.close();
  }

  private void grow() {
    Arena owner = new Arena(backend);
    Tensor larger = Tensor.floats(backend, owner, 2 * history.rows(), Hyper.FLOATS);
    backend.copyIn(larger.address(), history.address(), history.bytes());
    historyOwner.close();
    historyOwner = owner;
    history = larger;
  }
}
