package io.dimsieve.cli.input;

import io.dimsieve.DataException;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/** CSV and TSV with a header line; the schema names the columns to use. Read by DuckDB, every column as text. */
public final class DelimitedReader implements InputFormat {

  private final String name;
  private final char delimiter;

  DelimitedReader(String name, char delimiter) {
    this.name = name;
    this.delimiter = delimiter;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String summary() {
    return name.toUpperCase(java.util.Locale.ROOT) + " with a header line; needs --schema";
  }

  @Override
  public RowSource open(Path input, Schema schema, String query) {
    // The columns come from the header: DuckDB's own guessing would refuse a malformed file without naming the line.
    String columns = header(input).stream().map(name -> quoted(name) + ": 'VARCHAR'").collect(Collectors.joining(", ", "{", "}"));
    String table = "read_csv(" + DuckDbSource.quoted(input) + ", auto_detect = false, header = true, columns = " + columns + ", delim = "
        + quoted(delimiter == '\t' ? "\t" : ",") + ", quote = '\"', escape = '\"', max_line_size = 16777216)";
    return new DuckDbSource(input, schema, table, query, 1);
  }

  /** Column names of the first line. */
  private List<String> header(Path input) {
    try (BufferedReader reader = LineSource.reader(input)) {
      String line = reader.readLine();
      if (line == null || line.isBlank()) {
        throw new DataException(input.toString(), 1, 0, "a header line with the names of the columns is missing");
      }
      String text = line.startsWith("\ufeff") ? line.substring(1) : line;
      List<String> names = Arrays.stream(text.split(String.valueOf(delimiter), -1)).map(DelimitedReader::unquoted).toList();
      if (new HashSet<>(names).size() < names.size() || names.contains("")) {
        throw new DataException(input.toString(), 1, 0, "column names must be unique and not empty: " + names);
      }
      return names;
    } catch (IOException e) {
      throw new DataException(input.toString(), 1, 0, "the header cannot be read as UTF-8: " + e.getMessage());
    }
  }

  private static String unquoted(String name) {
    return name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
  }

  /** A text as an SQL string. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
