package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriteoReaderTest {

  private static final String ROW = "1" + "\t5".repeat(13) + "\ta\"b".repeat(26) + "\n";

  @TempDir private Path folder;

  private RowSource open(String bytes) {
    Path file = Rows.file(folder, "train.tsv", bytes);
    return Inputs.of("criteo").open(file, new CriteoReader().schema(file), null);
  }

  private void assertRefused(String expected, String bytes) {
    Rows.assertRefused(DataException.class, expected, folder, () -> Rows.of(open(bytes), 39));
  }

  @Test
  void columnsComeInOrderAndEmptyOnesStayEmpty() {
    StringBuilder row = new StringBuilder("0");
    StringBuilder expected = new StringBuilder("0");
    for (int i = 1; i <= 39; i++) {
      row.append('\t').append(i % 3 == 0 ? "" : "v" + i);
      expected.append('|').append(i % 3 == 0 ? "" : "v" + i);
    }
    assertEquals(List.of(expected.toString(), expected.toString()), Rows.of(open(row + "\r\n" + row), 39));
  }

  @Test
  void placesHaveLineAndColumn() {
    RowSource source = open(ROW.repeat(3));
    assertEquals(folder.resolve("train.tsv") + ":2:1", Rows.place(source, 2, RowCursor.LABEL));
    assertEquals(folder.resolve("train.tsv") + ":3:40", Rows.place(source, 3, 38));
  }

  @Test
  void malformedLinesAreNamed() {
    assertRefused("train.tsv:3: 39 columns, expected 40", ROW + ROW + ROW.replaceFirst("\t5", ""));
    assertRefused("train.tsv:2: 41 columns, expected 40", ROW + ROW.replaceFirst("\t5", "\t5\t5"));
    assertRefused("train.tsv:2: 1 columns, expected 40", ROW + "\n" + ROW);
    assertRefused("train.tsv:2: byte 4 is not valid UTF-8", ROW + ROW.replaceFirst("5\t", "5\u00e9\t"));
    assertEquals(List.of(), Rows.of(open(""), 39));
  }

  @Test
  void theSchemaMustNameItsColumns() {
    Path file = Rows.file(folder, "train.tsv", ROW);
    assertNotNull(Inputs.of("criteo").open(file, Rows.schema("label", "C26", "I1"), null));
    Rows.assertRefused(
        ConfigurationException.class, "--query works with csv, tsv and parquet, not with criteo", folder,
        () -> Inputs.of("criteo").open(file, Rows.schema("label", "C1"), "SELECT 1"));
    assertThrows(
        ConfigurationException.class, () -> Inputs.of("criteo").open(file, Rows.schema("label", "C27"), null));
  }
}
