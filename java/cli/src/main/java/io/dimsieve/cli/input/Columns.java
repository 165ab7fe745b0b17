package io.dimsieve.cli.input;

import java.util.Arrays;

/** Where the columns of one line stand in its buffer. */
final class Columns {

  private final int[] starts;
  private final int[] ends;
  private int count;

  /** For lines of so many columns. */
  Columns(int width) {
    starts = new int[width];
    ends = new int[width];
  }

  /** No column, each of them missing. */
  void clear() {
    count = 0;
    Arrays.fill(starts, -1);
  }

  /** Columns that lines should have. */
  int width() {
    return starts.length;
  }

  /** Columns that the line has. */
  int count() {
    return count;
  }

  /** The column that follows; one beyond the width is counted only. */
  void add(int start, int end) {
    if (count < starts.length) {
      starts[count] = start;
      ends[count] = end;
    }
    count++;
  }

  /** A certain column of a line that may leave out others; {@link #complete} is called at its end. */
  void set(int column, int start, int end) {
    starts[column] = start;
    ends[column] = end;
  }

  /** Takes the columns that were not set for missing. */
  void complete() {
    count = starts.length;
  }

  /** Whether a column was set. */
  boolean has(int column) {
    return starts[column] >= 0;
  }

  int start(int column) {
    return Math.max(0, starts[column]);
  }

  int end(int column) {
    return starts[column] < 0 ? 0 : ends[column];
  }
}
