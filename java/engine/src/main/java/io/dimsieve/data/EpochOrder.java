package io.dimsieve.data;

import java.util.SplittableRandom;

/**
 * The order of rows in an epoch, a function of (seed, epoch) only. The rows lie in blocks of 1024. Shuffled: the blocks are
 * permuted and dealt to windows; within each window the rows are permuted. One window for everything is a uniform permutation of
 * all rows. Not shuffled: windows are consecutive and rows keep their order.
 */
final class EpochOrder {

  static final int BLOCK_ROWS = 1024;

  private final long rows;
  private final int windowBlocks;
  private final long seed;
  private final boolean shuffle;
  private final int[] blocks;
  private int epoch;

  EpochOrder(long rows, int windowRows, long seed, boolean shuffle) {
    this.rows = rows;
    this.seed = seed;
    this.shuffle = shuffle;
    blocks = new int[Math.toIntExact((rows + BLOCK_ROWS - 1) / BLOCK_ROWS)];
    windowBlocks = Math.max(1, Math.min(blocks.length, windowRows / BLOCK_ROWS + (windowRows % BLOCK_ROWS == 0 ? 0 : 1)));
  }

  /** Fixes the order of an epoch. */
  void begin(int newEpoch) {
    epoch = newEpoch;
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = i;
    }
    if (shuffle && windows() > 1) {
      permute(blocks, blocks.length, random(0));
    }
  }

  /** Number of windows of an epoch. */
  int windows() {
    return (blocks.length + windowBlocks - 1) / windowBlocks;
  }

  /** Most rows a window has. */
  int windowRows() {
    return (int) Math.min(rows, (long) windowBlocks * BLOCK_ROWS);
  }

  /** Number of blocks of a window. */
  int blocks(int window) {
    return Math.min(windowBlocks, blocks.length - window * windowBlocks);
  }

  /** First row of the i-th block of a window; the block has {@link #BLOCK_ROWS} rows but for the last block of the part. */
  long firstRow(int window, int i) {
    return (long) blocks[window * windowBlocks + i] * BLOCK_ROWS;
  }

  /** Rows of the block that begins at a row. */
  int blockRows(long firstRow) {
    return (int) Math.min(BLOCK_ROWS, rows - firstRow);
  }

  /** Rows of a window. */
  int rows(int window) {
    int count = 0;
    for (int i = 0; i < blocks(window); i++) {
      count += blockRows(firstRow(window, i));
    }
    return count;
  }

  /** Writes the order in which the rows of a window are visited. */
  void order(int window, int[] order) {
    int count = rows(window);
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    if (shuffle) {
      permute(order, count, random(1L + window));
    }
  }

  private SplittableRandom random(long stream) {
    long ofEpoch = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch).nextLong();
    return new SplittableRandom(ofEpoch + stream);
  }

  /** Fisher and Yates. */
  private static void permute(int[] values, int count, SplittableRandom random) {
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }
}
