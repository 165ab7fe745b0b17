package io.dimsieve.data;

/** Rows as numbers: column 0 the labels, column 1 + f the numbers of field f; and where they go, once they are {@link Division divided}. */
final class NumberBlock {

  final int[][] columns;
  final long[] times;
  final Part[] parts;
  /** The rows of the training part, ascending: the first {@link #training}. */
  final int[] trained;
  int training;
  /** Index of the source the rows are from. */
  int input;
  int rows;

  NumberBlock(int fields, int capacity) {
    columns = new int[1 + fields][capacity];
    times = new long[capacity];
    parts = new Part[capacity];
    trained = new int[capacity];
  }
}
