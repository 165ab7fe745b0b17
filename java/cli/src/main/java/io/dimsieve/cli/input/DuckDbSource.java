package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Field;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows that DuckDB reads, streamed; one thread, so that they come in the order of the file. */
final class DuckDbSource implements RowSource {

  private static final Pattern LINE = Pattern.compile("Line: (\\d+)");

  private final Path file;
  private final Schema schema;
  private final String table;
  private final String query;
  private final int headerLines;

  /**
   * Rows of a table function.
   *
   * @param table SQL table expression over the file
   * @param query SQL over {@code input}, or null
   * @param headerLines lines before the first row
   */
  DuckDbSource(Path file, Schema schema, String table, String query, int headerLines) {
    this.file = file;
    this.schema = schema;
    this.table = table;
    this.query = query == null ? "SELECT * FROM input" : query;
    this.headerLines = headerLines;
  }

  /** A path as an SQL string. */
  static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
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
        return new Cursor(connection, statement.executeQuery("SELECT " + columns() + " FROM (" + query + ")"));
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private String columns() {
    List<String> columns = new ArrayList<>();
    columns.add(schema.label().column());
    schema.fields().stream().map(Field::name).forEach(columns::add);
    return columns.stream().map(name -> "CAST(\"" + name.replace("\"", "\"\"") + "\" AS VARCHAR)").reduce((a, b) -> a + ", " + b).orElseThrow();
  }

  /** DuckDB's many-line message as one line with the file and, where it tells one, the line. */
  private RuntimeException failure(SQLException e) {
    String message = e.getMessage() == null ? "cannot be read" : e.getMessage();
    if (message.contains("Binder Error") || message.contains("Parser Error")) {
      return new ConfigurationException(file + ": " + reason(message) + " (columns the schema names must exist)", e);
    }
    Matcher line = LINE.matcher(message);
    if (line.find()) {
      String[] lines = message.split("\n");
      String reason = lines.length > 2 ? lines[2] : lines[0];
      return new DataException(file.toString(), Long.parseLong(line.group(1)), 0, reason.trim());
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
    public boolean next() {
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
    public String value(int field) {
      return column(field + 2, "field '" + schema.fields().get(field).name() + "'");
    }

    @Override
    public String label() {
      return column(1, "label");
    }

    @Override
    public String place() {
      return file + ":" + (row + headerLines);
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
