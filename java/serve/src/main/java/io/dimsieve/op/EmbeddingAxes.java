package io.dimsieve.op;

/**
 * Which axes of a parameter begin with the embedding columns of the model's layout, in their order: what compaction takes out of it. Whatever follows
 * the columns on such an axis stays.
 */
public enum EmbeddingAxes {
  NONE(false, false),
  ROWS(true, false),
  COLUMNS(false, true),
  BOTH(true, true);

  private final boolean rows;
  private final boolean columns;

  EmbeddingAxes(boolean rows, boolean columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** The axes of which each flag says whether it begins with embedding columns. */
  public static EmbeddingAxes of(boolean rows, boolean columns) {
    return rows ? columns ? BOTH : ROWS : columns ? COLUMNS : NONE;
  }

  public boolean rows() {
    return rows;
  }

  public boolean columns() {
    return columns;
  }
}
