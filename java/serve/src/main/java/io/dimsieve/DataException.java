package io.dimsieve;

/** A row or a data file that cannot be read; the message begins with {@code file:line:column} as far as they are known. */
public final class DataException extends DimsieveException {

  private static final long serialVersionUID = 1L;

  /** An error about a whole file. */
  public DataException(String file, String message, Throwable cause) {
    super(file + ": " + message, cause);
  }

  /**
   * An error at a place in a text file.
   *
   * @param line 1-based line
   * @param column 1-based column of the table (not of the text), 0 when the whole line is meant
   */
  public DataException(String file, long line, int column, String message) {
    super(file + ":" + line + (column > 0 ? ":" + column : "") + ": " + message, null);
  }

  @Override
  public int exitCode() {
    return 3;
  }
}
