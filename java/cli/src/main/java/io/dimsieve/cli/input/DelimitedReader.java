package io.dimsieve.cli.input;

import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;

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
    String table = "read_csv(" + DuckDbSource.quoted(input) + ", delim = '" + (delimiter == '\t' ? "\\t" : delimiter) + "', header = true,"
        + " all_varchar = true, null_padding = false, ignore_errors = false, max_line_size = 16777216)";
    return new DuckDbSource(input, schema, table, query, 1);
  }
}
