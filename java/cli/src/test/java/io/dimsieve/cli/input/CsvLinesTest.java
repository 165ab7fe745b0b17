package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvLinesTest {

  @TempDir private Path folder;

  private void assertLines(String text, long... lines) throws IOException {
    Path file = Rows.file(folder, "rows.csv", text);
    for (int record = 0; record < lines.length; record++) {
      assertEquals(lines[record], CsvLines.of(file, ',', record), "record " + record);
    }
  }

  @Test
  void recordsAreFoundPastEmptyLinesAndQuotedLineEnds() throws IOException {
    assertLines("a,b\n1,2\n3,4", 1, 2, 3);
    assertLines("a,b\r\n\r\n\r\n1,2\r\n3,4\r\n", 1, 4, 5);
    assertLines("a,b\n\"1\n\n1\",2\n3,\"4\n\"\n5,6\n", 1, 2, 5, 7);
    assertLines("a,b\n\"x\"\"\ny\",2\n3,4\n", 1, 2, 4);
    assertLines("a,b\nx\"y,2\n3,4\n", 1, 2, 3);
  }

  @Test
  void aRecordBeyondTheEndIsTheLastLine() throws IOException {
    assertLines("", 1);
    assertEquals(3, CsvLines.of(Rows.file(folder, "rows.csv", "a\nb\n"), ',', 9));
  }

  @Test
  void linesAreCutAtDelimitersOutsideQuotes() {
    assertEquals(List.of("a", "", "b"), CsvLines.split("a,,b", ','));
    assertEquals(List.of("a,b", "c\"d", ""), CsvLines.split("\"a,b\",\"c\"\"d\",", ','));
    assertEquals(List.of("a,b", "x\"y"), CsvLines.split("a,b\tx\"y", '\t'));
    assertEquals(List.of(""), CsvLines.split("", ','));
    assertThrows(IllegalArgumentException.class, () -> CsvLines.split("a,\"b", ','));
  }
}
