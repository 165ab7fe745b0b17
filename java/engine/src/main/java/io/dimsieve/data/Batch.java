package io.dimsieve.data;

import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Rows for one training step: ids int32 [size][F] and labels float32 [size], row-major, each beginning 64-byte aligned. It
 * belongs to its {@link BatchReader} and is valid until the reader is asked for another batch, moved or closed.
 */
public final class Batch implements AutoCloseable {

  private final Block ids;
  private final Block labels;
  private final UnsafeBuffer idsView;
  private final UnsafeBuffer labelsView;
  private final int idBytes;
  private int size;

  Batch(int capacity, int fields, Allocator allocator) {
    idBytes = fields * Integer.BYTES;
    ids = allocator.allocate((long) capacity * idBytes);
    labels = allocator.allocate((long) capacity * Float.BYTES);
    idsView = ids.view();
    labelsView = labels.view();
  }

  /** Address of the ids, int32 [size][F]. */
  public long ids() {
    return ids.address();
  }

  /** Address of the labels, float32 [size], 0 or 1. */
  public long labels() {
    return labels.address();
  }

  /** Number of rows; the last batch of an epoch may be shorter than the others. */
  public int size() {
    return size;
  }

  /** Id of a field in a row; for tests and inspection, kernels use {@link #ids()}. */
  public int id(int row, int field) {
    return idsView.getInt(row * idBytes + field * Integer.BYTES);
  }

  /** Label of a row. */
  public float label(int row) {
    return labelsView.getFloat(row * Float.BYTES);
  }

  void clear() {
    size = 0;
  }

  /** Appends a row of a dataset file: label, then ids. */
  void append(DirectBuffer rows, int offset) {
    labelsView.putFloat(size * Float.BYTES, rows.getInt(offset));
    idsView.putBytes(size * idBytes, rows, offset + Integer.BYTES, idBytes);
    size++;
  }

  @Override
  public void close() {
    ids.close();
    labels.close();
  }
}
