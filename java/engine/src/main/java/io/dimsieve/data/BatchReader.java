package io.dimsieve.data;

import io.dimsieve.ConfigurationException;
import io.dimsieve.memory.Allocator;

/**
 * Reads a part of a dataset in batches, prefetched by a thread, each row exactly once an epoch. The order depends only on the
 * seed and the epoch, so {@link #seek} continues exactly where an interrupted run stopped.
 *
 * <p>Memory: 4 batches, and those it keeps, from the caller's allocator, and a window of {@code windowRows} rows (rounded up to 1024; at most 2 GiB)
 * outside the heap, whatever the size of the file. Confined to one thread.
 */
public final class BatchReader implements AutoCloseable {

  /** Window that shuffles well: 170 MB for 39 fields. */
  public static final int DEFAULT_WINDOW_ROWS = 1 << 20;

  private static final int SEQUENTIAL_WINDOW_ROWS = 1 << 14;
  private static final int RING = 4;

  private final long rows;
  private final int batchSize;
  private final EpochRows source;
  private final int kept;
  private final Batch[] ring;
  private Prefetcher prefetcher;
  private int epoch;
  private long position;
  private boolean closed;

  /**
   * A reader whose batches are valid until the next is asked for.
   *
   * @param windowRows rows that are shuffled together; ignored without shuffle
   * @param allocator host memory for the batches
   */
  public BatchReader(Dataset dataset, Part part, int batchSize, long seed, boolean shuffle, int windowRows, Allocator allocator) {
    this(dataset, part, batchSize, seed, shuffle, windowRows, allocator, 0);
  }

  /**
   * A reader that stands nowhere until {@link #beginEpoch} or {@link #seek}.
   *
   * @param windowRows rows that are shuffled together; ignored without shuffle
   * @param allocator host memory for the batches (pinned when a device copies them)
   * @param kept how many batches before the last one stay valid too, for a device that may not have read them yet; none of them across epochs
   */
  public BatchReader(
      Dataset dataset, Part part, int batchSize, long seed, boolean shuffle, int windowRows, Allocator allocator, int kept) {
    if (batchSize < 1 || windowRows < 1) {
      throw new ConfigurationException("batch size " + batchSize + ", shuffle window " + windowRows
          + ": both are at least 1 row");
    }
    this.rows = dataset.rows(part);
    this.batchSize = batchSize;
    int window = shuffle ? windowRows : SEQUENTIAL_WINDOW_ROWS;
    EpochOrder order = new EpochOrder(rows, window, seed, shuffle);
    if ((long) order.windowRows() * dataset.rowBytes() > Integer.MAX_VALUE) {
      throw new ConfigurationException("shuffle window of " + windowRows + " rows of " + dataset.rowBytes()
          + " bytes exceeds 2 GiB; give a smaller one");
    }
    if (batchSize > Integer.MAX_VALUE / dataset.rowBytes()) {
      throw new ConfigurationException("a batch of " + batchSize + " rows of " + dataset.fields() + " fields exceeds 2 GiB");
    }
    this.kept = kept;
    this.ring = new Batch[RING + kept];
    source = new EpochRows(dataset, part, order);
    try {
      for (int i = 0; i < ring.length; i++) {
        ring[i] = new Batch(batchSize, dataset.fields(), allocator);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** A reader that keeps the order of the file. */
  public static BatchReader inOrder(Dataset dataset, Part part, int batchSize, Allocator allocator) {
    return new BatchReader(dataset, part, batchSize, 0, false, SEQUENTIAL_WINDOW_ROWS, allocator);
  }

  /** Batches of an epoch. */
  public long batches() {
    return (rows + batchSize - 1) / batchSize;
  }

  /** Starts an epoch from its first batch, wherever the reader stands. */
  public void beginEpoch(int newEpoch) {
    seek(newEpoch, 0);
  }

  /**
   * Goes to a batch of an epoch.
   *
   * @param batch 0 to {@link #batches()}, as {@link #position()} gave it
   */
  public void seek(int newEpoch, long batch) {
    if (newEpoch < 0 || batch < 0 || batch > batches()) {
      throw new ConfigurationException("there is no batch " + batch + " in epoch " + newEpoch + "; an epoch has " + batches());
    }
    if (closed) {
      throw new IllegalStateException("batch reader used after close");
    }
    stop();
    epoch = newEpoch;
    position = batch;
    prefetcher = new Prefetcher(source, newEpoch, Math.min(rows, batch * batchSize), ring, batchSize, kept);
  }

  /**
   * The next batch, or null when the epoch is over.
   *
   * @throws io.dimsieve.ModelFormatException when the file can no longer be read
   */
  public Batch next() {
    if (prefetcher == null) {
      throw new IllegalStateException("no epoch has begun");
    }
    Batch batch = prefetcher.next();
    if (batch != null) {
      position++;
    }
    return batch;
  }

  /** Epoch the reader stands in. */
  public int epoch() {
    return epoch;
  }

  /** Number of batches of the epoch given so far, which is the index of the next one. */
  public long position() {
    return position;
  }

  private void stop() {
    if (prefetcher != null) {
      prefetcher.close();
      prefetcher = null;
    }
  }

  /** Stops the thread and frees window and batches; further calls do nothing. The dataset stays open. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stop();
    source.close();
    for (Batch batch : ring) {
      if (batch != null) {
        batch.close();
      }
    }
  }
}
