package io.dimsieve.data;

/** A position in a {@link RowSource}; before the first row until {@link #next} is called. */
public interface RowCursor extends AutoCloseable {

  /** What {@link #column} is asked for the label. */
  int LABEL = -1;

  /**
   * Goes to the next row; false when there is none.
   *
   * @throws io.dimsieve.DataException for a row that cannot be split into its columns, with file:line:column
   */
  boolean next();

  /** Raw text of a field, counted from 0 in the schema's order; null when it is missing. */
  String value(int field);

  /** Raw text of the label column. */
  String label();

  /** Where the row stands: {@code file:line}, lines counted from 1. */
  String place();

  /** Table column of a field or {@link #LABEL}, counted from 1; 0 when the source has no columns. */
  default int column(int field) {
    return 0;
  }

  /** Time of the row for {@link Split#byOrder}, in any unit; rows of equal time keep the order of the source. */
  default long order() {
    return 0;
  }

  @Override
  void close();
}
