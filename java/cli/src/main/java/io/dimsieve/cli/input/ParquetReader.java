package io.dimsieve.cli.input;

import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.List;

/** Parquet; the schema names the columns to use. Read by DuckDB. */
public final class ParquetReader implements InputFormat {

  @Override
  public String name() {
    return "parquet";
  }

  @Override
  public String summary() {
    return "Parquet; needs --schema";
  }

  @Override
  public RowSource open(Path input, Schema schema, String query) {
    String rows = query == null ? "SELECT * FROM input" : query;
    String of = query == null ? "" : " of the query";
    return new DuckDbSource(input, schema, "read_parquet(" + DuckDbSource.quoted(input) + ")", rows, List.of(), row -> input + ": row " + row + of);
  }
}
