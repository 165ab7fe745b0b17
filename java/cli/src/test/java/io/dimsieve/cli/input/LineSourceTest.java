package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.DataException;
import io.dimsieve.Progress;
import io.dimsieve.data.DatasetBuilder;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.data.Split;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets made of the bytes of a file are those made of its lines as the JDK reads and splits them. */
class LineSourceTest {

  @TempDir private Path folder;

  /** Lines as texts. */
  private record Texts(String name, List<String[]> lines) implements RowSource {
    @Override
    public RowCursor open() {
      return new RowCursor() {
        private int row;

        @Override
        public boolean read(RowBlock block) {
          block.clear();
          for (; !block.isFull() && row < lines.size(); row++) {
            Arrays.stream(lines.get(row)).forEach(block::add);
            block.endRow();
          }
          return block.rows() > 0;
        }

        @Override
        public String place(long number) {
          return name + ":" + number;
        }

        @Override
        public void close() {}
      };
    }
  }

  private byte[] dataset(RowSource source, Schema schema, int threads) throws IOException {
    Path out = folder.resolve("rows.ds");
    new DatasetBuilder(schema, threads, Progress.NONE).build(source, Split.random(7, 8, 1, 1), out).close();
    return Files.readAllBytes(out);
  }

  private void assertSameBytes(String format, String text, Function<String, String[]> split) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.txt"), text, StandardCharsets.UTF_8);
    InputFormat input = Inputs.of(format);
    Schema schema = input.schema(file);
    String body = text.startsWith("\ufeff") ? text.substring(1) : text;
    List<String[]> lines = Files.readString(Files.writeString(folder.resolve("body.txt"), body)).lines().map(split).toList();
    byte[] expected = dataset(new Texts("rows.txt", lines), schema, 1);
    assertArrayEquals(expected, dataset(input.open(file, schema, null), schema, 1));
    assertArrayEquals(expected, dataset(input.open(file, schema, null), schema, 3));
  }

  /** Counts and texts of every length, some missing, some not ASCII, so long that blocks begin within lines everywhere. */
  private static String criteo(int rows, String ending, SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      text.append(random.nextInt(2));
      for (int column = 0; column < 39; column++) {
        text.append('\t');
        int value = (int) Math.exp(8 * random.nextDouble());
        if (random.nextInt(8) == 0) {
          continue;
        }
        if (column < 13) {
          text.append(value % 23 == 0 ? "-" + value : value % 29 == 0 ? value + "e3" : value % 31 == 0 ? value * 12_345_678L : value);
        } else {
          text.append(value % 19 == 0 ? "\u00e4\u20ac\ud834\udd1e" : "").append(Integer.toHexString(value * 0x9E3779B1), 0, 1 + value % 4);
          text.append(value % 41 == 0 ? "\b \"'\\" + "x".repeat(value % 300) : "");
        }
      }
      text.append(ending);
    }
    return text.toString();
  }

  @Test
  void criteo() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Function<String, String[]> split = line -> line.split("\t", -1);
    assertSameBytes("criteo", criteo(6000, "\n", random), split);
    String windows = criteo(3000, "\r\n", random);
    assertSameBytes("criteo", "\ufeff" + windows, split);
    assertSameBytes("criteo", windows.substring(0, windows.length() - 2), split);
    assertSameBytes("criteo", criteo(1, "", random), split);
  }

  @Test
  void linesLongerThanABlock() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    String row = "1" + "\t5".repeat(13) + "\ta".repeat(25) + "\t";
    String rows = criteo(500, "\n", random);
    String longRow = row + "y".repeat(3 * RowBlock.BYTES) + "\n";
    assertSameBytes("criteo", rows + longRow + rows + longRow + longRow + rows + "1\t".repeat(39) + "1", line -> line.split("\t", -1));
  }

  @Test
  void pairs() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder svm = new StringBuilder();
    StringBuilder ffm = new StringBuilder("1 2:1:1\n");
    for (int row = 0; row < 9000; row++) {
      String[] values = {"" + random.nextInt(900), "" + random.nextInt(9), Integer.toHexString(random.nextInt(1 << 20))};
      String label = List.of("-1", "+1", "0", "1").get(random.nextInt(4));
      svm.append(label).append("  ").append(values[0]).append(":1\t").append(values[1]).append(":1.0 ").append(values[2]).append(":1 \n");
      ffm.append(label).append(" 1:").append(values[1]).append(":1 0:").append(values[0]).append(":1e0\r\n");
    }
    Function<String, String> label = text -> text.equals("-1") ? "0" : text.equals("+1") ? "1" : text;
    assertSameBytes("libsvm", svm.toString(), line -> {
      String[] parts = line.trim().split("\\s+");
      return new String[] {label.apply(parts[0]), parts[1].split(":")[0], parts[2].split(":")[0], parts[3].split(":")[0]};
    });
    assertSameBytes("libffm", ffm.toString(), line -> {
      String[] parts = line.trim().split("\\s+");
      return parts.length == 2
          ? new String[] {"1", null, null, "1"}
          : new String[] {label.apply(parts[0]), parts[2].split(":")[1], parts[1].split(":")[1], null};
    });
  }

  @Test
  void theFirstErrorOfAFileIsTold() {
    SplittableRandom random = new SplittableRandom(4);
    String good = criteo(5000, "\n", random);
    String bad = criteo(1, "\n", random).replaceFirst("^.", "7");
    assertRefused(":5001:1: label 'label': '7' is neither 0 nor 1", good + bad + "x\n");
    assertRefused(":5001: 1 columns, expected 40", good + "x\n" + bad);
    assertRefused(":5001:2: field 'I1': 'x' is not a finite decimal number", good + "1\tx" + "\t".repeat(38) + "\n" + good + "x\n");
    String half = "1" + "\t".repeat(13) + "\u00bd" + "\t".repeat(26) + "\n";
    assertRefused(":5001:14: field 'I13': '\u00bd' is not a finite decimal number", good + half + bad);
    assertRefused(":5001: byte 3 is NUL; the file is binary, UTF-16 or damaged", good + "1\t\0\n" + bad);
  }

  private void assertRefused(String message, String text) {
    for (int threads = 1; threads < 4; threads++) {
      int count = threads;
      DataException error = assertThrows(DataException.class, () -> {
        Path file = Files.writeString(folder.resolve("rows.txt"), text);
        Schema schema = new CriteoReader().schema(file);
        dataset(new CriteoReader().open(file, schema, null), schema, count);
      });
      assertEquals(folder.resolve("rows.txt") + message, error.getMessage());
      assertEquals(1, folder.toFile().list().length, "nothing else is left");
    }
  }
}
