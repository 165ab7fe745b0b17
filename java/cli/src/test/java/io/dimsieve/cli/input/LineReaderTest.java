package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineReaderTest {

  @TempDir private Path folder;

  private List<String> read(String bytes) {
    List<String> lines = new ArrayList<>();
    try (LineReader reader = new LineReader(Rows.file(folder, "lines", bytes))) {
      for (String line; (line = reader.next()) != null; ) {
        lines.add(line);
        assertEquals(lines.size(), reader.number());
      }
    }
    return lines;
  }

  @Test
  void everyLineEndingIsRead() {
    assertEquals(List.of(), read(""));
    assertEquals(List.of("a", "b"), read("a\nb\n"));
    assertEquals(List.of("a", "b"), read("a\r\nb"));
    assertEquals(List.of("", "a\rb", ""), read("\na\rb\n\r\n"));
    assertEquals(List.of("a", "\u00e9"), read("\u00ef\u00bb\u00bfa\n\u00c3\u00a9"));
    assertEquals(List.of(""), read("\u00ef\u00bb\u00bf"));
  }

  @Test
  void linesLongerThanTheBufferAreWhole() {
    SplittableRandom random = new SplittableRandom(5);
    List<String> lines = new ArrayList<>();
    for (int length : new int[] {65_535, 65_536, 65_537, 0, 1, 1_000_000, 131_071}) {
      StringBuilder line = new StringBuilder();
      random.ints(length, 'a', 'z' + 1).forEach(c -> line.append((char) c));
      lines.add(line.toString());
    }
    assertEquals(lines, read(String.join("\n", lines) + "\n"));
  }

  @Test
  void errorsNameTheLine() {
    String ahead = "row\n".repeat(100_000);
    Rows.assertRefused(DataException.class, "lines:100001: byte 2 is not valid UTF-8", folder, () -> read(ahead + "a\u00ffb\n" + ahead));
    Rows.assertRefused(DataException.class, "lines:100001: byte 3 is not valid UTF-8", folder, () -> read(ahead + "ab\u00c3\n"));
    Rows.assertRefused(
        DataException.class, "lines:2: byte 3 is NUL; the file is binary, UTF-16 or damaged", folder, () -> read("a\nbc\0d\n"));
    Rows.assertRefused(
        DataException.class, "lines:2: the line is longer than 16777216 bytes", folder, () -> read("a\n" + "x".repeat(LineReader.LONGEST + 1)));
    Rows.assertRefused(DataException.class, "none: does not exist", folder, () -> new LineReader(folder.resolve("none")));
  }

  @Test
  void aFolderIsNoFile() {
    try (LineReader reader = new LineReader(folder)) {
      assertTrue(assertThrows(DataException.class, reader::next).getMessage().startsWith(folder + ": cannot be read at line 1"));
    }
  }
}
