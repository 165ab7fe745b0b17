package io.dimsieve.data;

/** A table of raw rows, such as a CSV file. */
public interface RowSource {

  /**
   * Starts at the first row.
   *
   * @throws io.dimsieve.DataException when the input cannot be read
   */
  RowCursor open();

  /** What messages and the dataset's notes call it, such as a file name. */
  String name();
}
