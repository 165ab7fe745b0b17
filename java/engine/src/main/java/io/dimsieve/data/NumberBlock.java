package io.dimsieve.data;

/** Rows as numbers: column 0 the labels, column 1 + f the numbers of field f. */
final class NumberBlock {

  final int[][] columns;
  final long[] times;
  /** Index of the source the rows are from. */
  int input;
  int rows;

  NumberBlock(int fields, int capacity) {
    columns = new int[1 + fields][capacity];
    times = new long[capacity];
  }
}
