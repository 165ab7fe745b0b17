package io.dimsieve.cli.input;

import io.dimsieve.DataException;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.nio.file.Path;
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
    List<String> header = header(input);
    String columns = header.stream().map(name -> DuckDbSource.quoted(name) + ": 'VARCHAR'").collect(Collectors.joining(", ", "{", "}"));
    String table = "read_csv(" + DuckDbSource.quoted(input) + ", auto_detect = false, header = true, columns = " + columns + ", delim = "
        + DuckDbSource.quoted(String.valueOf(delimiter)) + ", quote = '\"', escape = '\"', max_line_size = " + LineReader.LONGEST + ")";
    return query == null
        ? new DuckDbSource(input, schema, table, "SELECT * FROM input", header, row -> input + ":" + line(input, row))
        : new DuckDbSource(input, schema, table, query, List.of(), row -> input + ": row " + row + " of the query");
  }

  private long line(Path input, long row) {
    try {
      return CsvLines.of(input, delimiter, row);
    } catch (IOException e) {
      throw new DataException(input.toString(), "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Column names of the first line. */
  private List<String> header(Path input) {
    try (LineReader lines = new LineReader(input)) {
      String line = lines.next();
      if (line == null || line.isBlank()) {
        throw new DataException(input.toString(), 1, 0, "a header line with the names of the columns is missing");
      }
      List<String> names = CsvLines.split(line, delimiter);
      if (new HashSet<>(names).size() < names.size() || names.contains("")) {
        throw new DataException(input.toString(), 1, 0, "column names must be unique and not empty: " + names);
      }
      return names;
    } catch (IllegalArgumentException e) {
      throw new DataException(input.toString(), 1, 0, e.getMessage());
    }
  }
}
