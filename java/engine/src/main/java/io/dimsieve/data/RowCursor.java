package io.dimsieve.data;

/** A position in a {@link RowSource}. For one thread at a time. */
public interface RowCursor extends AutoCloseable {

  /** What {@link #column} is asked for the label. */
  int LABEL = -1;

  /**
   * Replaces the rows of a block by the next ones; false, and a block without rows, when there is none.
   *
   * @throws io.dimsieve.DataException for a row that cannot be split into its columns, with file:line:column; the block has the
   *     rows before it
   */
  boolean read(RowBlock block);

  /** Where a row stands, such as {@code file:line}; rows and lines are counted from 1. Asked only for errors. */
  String place(long row);

  /** Table column of a field or {@link #LABEL}, counted from 1; 0 when the source has no columns. */
  default int column(int field) {
    return 0;
  }

  @Override
  void close();
}
