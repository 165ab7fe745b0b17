package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of a text file with one row per line and a fixed number of columns. */
final class LineSource implements RowSource {

  /** Cuts a line into its columns. */
  @FunctionalInterface
  interface Splitter {
    /**
     * Adds the columns of the line {@code bytes[from .. to)}; may change its bytes.
     *
     * @throws IllegalArgumentException with a reason when the line is malformed
     */
    void split(byte[] bytes, int from, int to, Columns columns);
  }

  private static final int NONE = -1; // place of a label that is not asked for

  private final Path file;
  private final int width;
  private final int[] places; // of the label and the fields
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
    int label = schema.label() == null ? NONE : place(columns, schema.label().column());
    this.places = IntStream.concat(IntStream.of(label), schema.fields().stream().mapToInt(field -> place(columns, field.name()))).toArray();
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
    private final Columns columns = new Columns(width);

    Cursor(LineReader lines) {
      this.lines = lines;
    }

    @Override
    public boolean read(RowBlock block) {
      block.clear();
      lines.continueIn(block.bytes());
      block.use(lines.buffer());
      while (block.rows() == 0) {
        while (!block.isFull() && lines.nextInBuffer()) {
          add(block);
        }
        if (block.rows() == 0 && !lines.more()) {
          return false;
        }
        block.use(lines.buffer());
      }
      return true;
    }

    private void add(RowBlock block) {
      columns.clear();
      try {
        splitter.split(lines.buffer(), lines.from(), lines.to(), columns);
      } catch (IllegalArgumentException e) {
        throw new DataException(file.toString(), lines.number(), 0, e.getMessage());
      }
      if (columns.count() != width) {
        throw new DataException(file.toString(), lines.number(), 0, columns.count() + " columns, expected " + width);
      }
      for (int place : places) {
        block.add(place == NONE ? 0 : columns.start(place), place == NONE ? 0 : columns.end(place));
      }
      block.endRow();
    }

    @Override
    public int column(int field) {
      return 1 + places[1 + field]; // LABEL is -1
    }

    @Override
    public String place(long row) {
      return file + ":" + row;
    }

    @Override
    public void close() {
      lines.close();
    }
  }
}
