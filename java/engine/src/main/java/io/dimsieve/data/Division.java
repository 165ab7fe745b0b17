package io.dimsieve.data;

import java.util.function.IntFunction;

/** Divides the rows of all sources among the parts, block by block in their order, and counts them. */
final class Division {

  private final IntFunction<Split.Partition> partitions;
  private final long[] counts = new long[Part.values().length];
  private int input = -1;
  private Split.Partition partition;

  /**
   * A division of rows.
   *
   * @param partitions begins to divide the rows of an input
   */
  Division(IntFunction<Split.Partition> partitions) {
    this.partitions = partitions;
  }

  /** Says where the rows of a block go. */
  void divide(NumberBlock block) {
    if (block.input != input) {
      input = block.input;
      partition = partitions.apply(input);
    }
    block.training = 0;
    for (int row = 0; row < block.rows; row++) {
      Part part = partition.next(block.times[row]);
      block.parts[row] = part;
      counts[part.ordinal()]++;
      if (part == Part.TRAIN) {
        block.trained[block.training++] = row;
      }
    }
  }

  /** Rows of each part so far. */
  long[] counts() {
    return counts.clone();
  }
}
