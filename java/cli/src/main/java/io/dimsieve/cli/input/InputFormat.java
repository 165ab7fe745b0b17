package io.dimsieve.cli.input;

import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;

/** A format of raw rows. */
public interface InputFormat {

  /** Name on the command line. */
  String name();

  /** One line for people. */
  String summary();

  /**
   * The schema the format itself fixes.
   *
   * @return null when the user must give one
   */
  default Schema schema(Path input) {
    return null;
  }

  /**
   * The rows of a file or folder.
   *
   * @param query SQL over a table {@code input} that derives the schema's columns, or null for the columns as they are; only for formats read by DuckDB
   * @throws io.dimsieve.ConfigurationException when the format cannot do what is asked
   */
  RowSource open(Path input, Schema schema, String query);
}
