package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Rows of a text file with one row per line and a fixed number of columns: strict UTF-8, LF or CRLF, a byte-order mark is skipped. */
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

  /** A reader of strict UTF-8 text. */
  static BufferedReader reader(Path file) {
    try {
      return new BufferedReader(new InputStreamReader(
          Files.newInputStream(file),
          StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)), 1 << 16);
    } catch (IOException e) {
      throw new DataException(file.toString(), Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist", e);
    }
  }

  @Override
  public RowCursor open() {
    return new Cursor(reader(file));
  }

  private final class Cursor implements RowCursor {

    private final BufferedReader reader;
    private String[] columns = {};
    private long line;

    Cursor(BufferedReader reader) {
      this.reader = reader;
    }

    @Override
    public boolean next() {
      try {
        String text = reader.readLine();
        line++;
        if (text == null) {
          return false;
        }
        columns = splitter.split(line == 1 && text.startsWith("\ufeff") ? text.substring(1) : text);
      } catch (CharacterCodingException e) {
        throw new DataException(file.toString(), line + 1, 0, "is not valid UTF-8 (on this line or in the block after it)");
      } catch (IOException e) {
        throw new DataException(file.toString(), "cannot be read after line " + line + ": " + e.getMessage(), e);
      } catch (IllegalArgumentException e) {
        throw new DataException(file.toString(), line, 0, e.getMessage());
      }
      if (columns.length != width) {
        throw new DataException(file.toString(), line, 0, columns.length + " columns, expected " + width);
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
      return file + ":" + line;
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw new DataException(file.toString(), "cannot be closed: " + e.getMessage(), e);
      }
    }
  }
}
