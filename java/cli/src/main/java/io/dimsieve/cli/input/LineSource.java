package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.List;

/** Rows of a text file with one row per line and a fixed number of columns. */
final class LineSource implements RowSource {

  /** Cuts a line into its columns. */
  @FunctionalInterface
  interface Splitter {
    /**
     * The columns.
     *
     * @throws IllegalArgumentException with a reason when the line is malformed
     */
    String[] split(String line);
  }

  private final Path file;
  private final int width;
  private final int label;
  private final int[] places;
  private final Splitter splitter;

  /**
   * Rows of a file.
   *
   * @param columns names of the columns, in the order of the line
   */
  LineSource(Path file, Schema schema, List<String> columns, Splitter splitter) {
    this.file = file;
    this.width = columns.size();
    this.splitter = splitter;
    this.label = place(columns, schema.label().column());
    this.places = schema.fields().stream().mapToInt(field -> place(columns, field.name())).toArray();
  }

  private static int place(List<String> columns, String name) {
    int place = columns.indexOf(name);
    if (place < 0) {
      throw new ConfigurationException("the schema names a column '" + name + "', the input has " + columns);
    }
    return place;
  }

  @Override
  public String name() {
    return file.getFileName().toString();
  }

  @Override
  public RowCursor open() {
    return new Cursor(new LineReader(file));
  }

  private final class Cursor implements RowCursor {

    private final LineReader lines;
    private String[] columns = {};

    Cursor(LineReader lines) {
      this.lines = lines;
    }

    @Override
    public boolean next() {
      String text = lines.next();
      if (text == null) {
        return false;
      }
      try {
        columns = splitter.split(text);
      } catch (IllegalArgumentException e) {
        throw new DataException(file.toString(), lines.number(), 0, e.getMessage());
      }
      if (columns.length != width) {
        throw new DataException(file.toString(), lines.number(), 0, columns.length + " columns, expected " + width);
      }
      return true;
    }

    @Override
    public String value(int field) {
      return columns[places[field]];
    }

    @Override
    public String label() {
      return columns[label];
    }

    @Override
    public int column(int field) {
      return 1 + (field == LABEL ? label : places[field]);
    }

    @Override
    public String place() {
      return file + ":" + lines.number();
    }

    @Override
    public void close() {
      lines.close();
    }
  }
}
