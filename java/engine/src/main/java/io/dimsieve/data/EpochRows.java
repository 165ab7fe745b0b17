package io.dimsieve.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks through the rows of an epoch and copies them into batches. Holds one window of rows outside the heap, and its order; when
 * the whole part fits into the window it is read from the file only once.
 */
final class EpochRows implements AutoCloseable {

  private static final int NONE = -1;
  private static final int AT_ONCE = 64; // rows copied together; they stay in the first cache meanwhile

  private final Dataset dataset;
  private final Part part;
  private final EpochOrder order;
  private final ByteBuffer buffer;
  private final UnsafeBuffer rows;
  private final int[] visit;
  private int loaded = NONE;
  private int window;
  private int next;
  private int count;

  EpochRows(Dataset dataset, Part part, EpochOrder order) {
    this.dataset = dataset;
    this.part = part;
    this.order = order;
    buffer = ByteBuffer.allocateDirect(Math.multiplyExact(order.windowRows(), dataset.rowBytes())).order(ByteOrder.LITTLE_ENDIAN);
    rows = new UnsafeBuffer(buffer);
    visit = new int[order.windowRows()];
  }

  /** Goes to a row of an epoch, counted in the epoch's order. */
  void seek(int epoch, long row) {
    order.begin(epoch);
    if (order.windows() > 1) {
      loaded = NONE;
    }
    long skip = row;
    window = 0;
    while (window < order.windows() && skip >= order.rows(window)) {
      skip -= order.rows(window++);
    }
    next = 0;
    count = 0;
    if (window < order.windows()) {
      enter();
      next = (int) skip;
    }
  }

  /** Fills a batch; false when the epoch has no row left. */
  boolean fill(Batch batch, int size) {
    batch.clear();
    while (batch.size() < size) {
      if (next == count) {
        window += count == 0 ? 0 : 1;
        if (window >= order.windows()) {
          break;
        }
        enter();
      }
      int n = Math.min(Math.min(size - batch.size(), count - next), AT_ONCE);
      batch.append(rows, visit, next, n);
      next += n;
    }
    return batch.size() > 0;
  }

  private void enter() {
    if (loaded != window) {
      int position = 0;
      for (int i = 0; i < order.blocks(window); i++) {
        long first = order.firstRow(window, i);
        int bytes = order.blockRows(first) * dataset.rowBytes();
        dataset.read(part, first, buffer.limit(position + bytes).position(position));
        position += bytes;
      }
      loaded = window;
    }
    order.order(window, visit);
    count = order.rows(window);
    next = 0;
  }

  @Override
  public void close() {
    rows.wrap(0, 0);
    BufferUtil.free(buffer);
  }
}
