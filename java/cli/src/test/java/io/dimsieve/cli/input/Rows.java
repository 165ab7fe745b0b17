package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.DimsieveException;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What tests of readers share: files, and rows as text. */
final class Rows {

  private Rows() {}

  /** A file whose bytes are the characters of the text. */
  static Path file(Path folder, String name, String bytes) {
    try {
      return Files.writeString(folder.resolve(name), bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Categorical fields and a label that is 0 or 1. */
  static Schema schema(String label, String... fields) {
    return new Schema(LabelRule.binary(label), Stream.of(fields).map(name -> Field.categorical(name, 1)).toList());
  }

  /** Every row as {@code label|value|value}, a missing value as nothing; read twice, since a source can be opened again. */
  static List<String> of(RowSource source, int fields) {
    List<String> rows = once(source, fields);
    assertEquals(rows, once(source, fields), "opened again");
    return rows;
  }

  private static List<String> once(RowSource source, int fields) {
    List<String> rows = new ArrayList<>();
    RowBlock block = new RowBlock(fields);
    try (RowCursor cursor = source.open()) {
      while (cursor.read(block)) {
        for (int r = 0; r < block.rows(); r++) {
          StringBuilder row = new StringBuilder(block.text(r, 0));
          for (int f = 0; f < fields; f++) {
            row.append('|').append(block.text(r, 1 + f));
          }
          rows.add(row.toString());
        }
      }
    }
    return rows;
  }

  /** Where the n-th row stands: {@code file:line:column} of a field. */
  static String place(RowSource source, int row, int field) {
    try (RowCursor cursor = source.open()) {
      return cursor.place(row) + ":" + cursor.column(field);
    }
  }

  /** The error of reading, which is one line that ends as expected. */
  static void assertRefused(Class<? extends DimsieveException> type, String expected, Path folder, org.junit.jupiter.api.function.Executable read) {
    String message = assertThrows(type, read).getMessage();
    assertEquals(expected, message.replace(folder + "/", ""));
  }
}
