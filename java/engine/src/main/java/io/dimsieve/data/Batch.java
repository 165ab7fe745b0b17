package io.dimsieve.data;

import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Rows for one training step: ids int32 [size][F] and labels float32 [size], row-major, each beginning 64-byte aligned. It
 * belongs to its {@link BatchReader} and is valid until the reader is asked for another batch (or as many more as it keeps), moved or closed.
 */
public final class Batch implements AutoCloseable {

  private final Block block;
  private final long labelsOffset;
  private final UnsafeBuffer ids;
  private final UnsafeBuffer labels;
  private final int idBytes;
  private int size;

  Batch(int capacity, int fields, Allocator allocator) {
    idBytes = fields * Integer.BYTES;
    int allIds = Math.multiplyExact(capacity, idBytes);
    int allLabels = Math.multiplyExact(capacity, Float.BYTES);
    labelsOffset = ((long) allIds + Block.ALIGNMENT - 1) & -Block.ALIGNMENT;
    block = allocator.allocate(labelsOffset + allLabels);
    ids = block.view(0, allIds);
    labels = block.view(labelsOffset, allLabels);
  }

  /** Address of the ids, int32 [size][F]. */
  public long ids() {
    return block.address();
  }

  /** Address of the labels, float32 [size], 0 or 1. */
  public long labels() {
    return block.address() + labelsOffset;
  }

  /** Number of rows; the last batch of an epoch may be shorter than the others. */
  public int size() {
    return size;
  }

  /** Id of a field in a row; for tests and inspection, kernels use {@link #ids()}. */
  public int id(int row, int field) {
    return ids.getInt(row * idBytes + field * Integer.BYTES);
  }

  /** Label of a row. */
  public float label(int row) {
    return labels.getFloat(row * Float.BYTES);
  }

  void clear() {
    size = 0;
  }

  /**
   * Appends rows of a dataset file, each label, then ids: the rows of numbers {@code visit[first .. first + n)}. All labels are copied first: rows lie anywhere,
   * and the short loop lets the processor wait for several of them at once.
   */
  void append(DirectBuffer rows, int[] visit, int first, int n) {
    int rowBytes = Integer.BYTES + idBytes;
    for (int i = 0; i < n; i++) {
      labels.putFloat((size + i) * Float.BYTES, rows.getInt(visit[first + i] * rowBytes));
    }
    for (int i = 0; i < n; i++) {
      ids.putBytes((size + i) * idBytes, rows, visit[first + i] * rowBytes + Integer.BYTES, idBytes);
    }
    size += n;
  }

  @Override
  public void close() {
    ids.wrap(0, 0);
    labels.wrap(0, 0);
    block.close();
  }
}
