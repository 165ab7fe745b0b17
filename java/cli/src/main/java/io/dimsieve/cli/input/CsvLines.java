package io.dimsieve.cli.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where records of a CSV file stand (RFC 4180: a quoted value may hold delimiters and line ends, a doubled quote is one; empty lines are no records).
 * DuckDB reads the values but does not say the lines of rows that it finds well-formed; this finds one again when an error must name it.
 */
final class CsvLines {

  private CsvLines() {}

  /**
   * The line on which a record begins.
   *
   * @param record 0 is the header
   * @return 1-based line; the last line when there are fewer records
   */
  static long of(Path file, char delimiter, long record) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long line = 1;
      long begun = -1;
      boolean inRecord = false;
      boolean valueStarts = true;
      boolean quoted = false;
      for (int c; (c = in.read()) >= 0; ) {
        if (!inRecord && c != '\n' && c != '\r') {
          inRecord = true;
          if (++begun == record) {
            return line;
          }
        }
        if (quoted) {
          quoted = c != '"'; // a doubled quote closes and opens again
          valueStarts = c == '"';
        } else if (c == '"' && valueStarts) {
          quoted = true;
        } else {
          valueStarts = c == delimiter || c == '\n';
          inRecord &= c != '\n';
        }
        line += c == '\n' ? 1 : 0;
      }
      return line;
    }
  }

  /**
   * Cuts one line into its values.
   *
   * @throws IllegalArgumentException when a quote is left open
   */
  static List<String> split(String line, char delimiter) {
    List<String> values = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    boolean valueStarts = true;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        value.append(line.charAt(++i));
      } else if (c == '"' && (quoted || valueStarts)) {
        quoted = !quoted;
        valueStarts = false;
      } else if (c == delimiter && !quoted) {
        values.add(value.toString());
        value.setLength(0);
        valueStarts = true;
      } else {
        value.append(c);
        valueStarts = false;
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quote is not closed");
    }
    values.add(value.toString());
    return values;
  }
}
