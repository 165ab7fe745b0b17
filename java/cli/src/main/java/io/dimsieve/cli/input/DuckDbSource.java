package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows that DuckDB reads, streamed; one thread, so that they come in the order of the file. */
final class DuckDbSource implements RowSource {

  private static final Pattern LINE = Pattern.compile("^[^\n]*CSV Error on Line: (\\d+)");
  private static final Pattern QUERY = Pattern.compile("(Binder|Parser|Catalog) Error: ");

  private final Path file;
  private final Schema schema;
  private final String table;
  private final String query;
  private final List<String> columns;
  private final LongFunction<String> place;

  /**
   * Rows of a table function.
   *
   * @param table SQL table expression over the file
   * @param query SQL over {@code input}
   * @param columns names of the columns of the file in their order; empty when it has no places an error could name
   * @param place where the n-th row stands, counted from 1; asked only for errors
   */
  DuckDbSource(Path file, Schema schema, String table, String query, List<String> columns, LongFunction<String> place) {
    this.file = file;
    this.schema = schema;
    this.table = table;
    this.query = query.strip().replaceAll(";+$", "");
    this.columns = columns;
    this.place = place;
  }

  /** A path as an SQL string that matches this file alone: its wildcards are taken literally. */
  static String quoted(Path path) {
    return quoted(path.toString().replaceAll("[\\[*?]", "[$0]"));
  }

  /** A text as an SQL string. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  @Override
  public String name() {
    return file.getFileName().toString();
  }

  @Override
  public RowCursor open() {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new DataException(file.toString(), Files.exists(file) ? "is not a readable file" : "does not exist", null);
    }
    try {
      Properties properties = new Properties();
      properties.setProperty("jdbc_stream_results", "true");
      Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
      try {
        Statement statement = connection.createStatement();
        statement.execute("SET threads = 1");
        statement.execute("CREATE TEMP VIEW input AS SELECT * FROM " + table);
        return new Cursor(connection, statement.executeQuery("SELECT " + selected() + " FROM (" + query + "\n)"));
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private String selected() {
    List<String> texts = new ArrayList<>();
    texts.add(schema.label() == null ? "NULL" : text(schema.label().column()));
    schema.fields().forEach(field -> texts.add(text(field.name())));
    return String.join(", ", texts);
  }

  private static String text(String column) {
    return "CAST(\"" + column.replace("\"", "\"\"") + "\" AS VARCHAR)";
  }

  /** DuckDB's many-line message as one line with the file and, where it tells one, the line. */
  private RuntimeException failure(SQLException e) {
    String message = e.getMessage() == null ? "cannot be read" : e.getMessage();
    if (QUERY.matcher(message).find()) {
      return new ConfigurationException(file + ": " + reason(message) + " (columns the schema names must exist)", e);
    }
    Matcher line = LINE.matcher(message);
    if (line.find()) {
      // "CSV Error on Line: n", the line as it stands (perhaps several), what is wrong, "Possible fixes: ..."
      List<String> told = message.lines().takeWhile(text -> !text.startsWith("Possible")).filter(text -> !text.isBlank()).toList();
      return new DataException(file.toString(), Long.parseLong(line.group(1)), 0, told.get(told.size() - 1).trim());
    }
    return new DataException(file.toString(), reason(message), e);
  }

  /** The line that says what is wrong, without DuckDB's classes of error around it. */
  private static String reason(String message) {
    String line = message.lines().filter(text -> text.contains("Error: ") && !text.contains("pending query")).findFirst().orElse(message);
    return line.substring(line.contains("Error: ") ? line.lastIndexOf("Error: ") + "Error: ".length() : 0).lines().findFirst().orElse("cannot be read").trim();
  }

  private final class Cursor implements RowCursor {

    private final Connection connection;
    private final ResultSet rows;
    private long row;

    Cursor(Connection connection, ResultSet rows) {
      this.connection = connection;
      this.rows = rows;
    }

    @Override
    public boolean read(RowBlock block) {
      block.clear();
      while (!block.isFull() && next()) {
        block.add(column(1, "label"));
        for (int f = 0; f < schema.fields().size(); f++) {
          block.add(column(f + 2, "field '" + schema.fields().get(f).name() + "'"));
        }
        block.endRow();
      }
      return block.rows() > 0;
    }

    private boolean next() {
      try {
        row++;
        return rows.next();
      } catch (SQLException e) {
        throw failure(e);
      }
    }

    private String column(int index, String what) {
      try {
        return rows.getString(index);
      } catch (SQLException e) {
        throw new DataException(file.toString(), "row " + row + ", " + what + ": " + reason(String.valueOf(e.getMessage())), e);
      }
    }

    @Override
    public String place(long number) {
      return place.apply(number);
    }

    @Override
    public int column(int field) {
      return 1 + columns.indexOf(field == LABEL ? schema.label().column() : schema.fields().get(field).name());
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (SQLException e) {
        throw failure(e);
      }
    }
  }
}
