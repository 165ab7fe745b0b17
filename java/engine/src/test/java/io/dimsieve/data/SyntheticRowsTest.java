package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticRowsTest {

  @TempDir private Path directory;

  @Test
  void directWriterGivesTheRowsOfTheCursor() throws IOException {
    SyntheticRows rows = new SyntheticRows(4, 3000, 3, new int[] {5, 50, 2, 500}, new int[] {2, 3, 0, 3});
    Path path = directory.resolve("direct");
    try (Dataset dataset = rows.write(path, Split.byOrder(1, 0, 0), Progress.NONE); RowCursor cursor = rows.open()) {
      int[] values = DatasetBuilderTest.read(dataset, Part.TRAIN);
      RowBlock block = new RowBlock(4);
      for (int before = 0; cursor.read(block); before += block.rows()) {
        for (int row = 0; row < block.rows(); row++) {
          int at = 5 * (before + row);
          assertEquals(block.text(row, 0), Integer.toString(values[at]));
          for (int field = 0; field < 4; field++) {
            assertEquals(values[at + 1 + field], dataset.encoder().encode(field, block.text(row, 1 + field)));
          }
        }
      }
      assertEquals(3000 * 5, values.length);
      assertArrayEquals(new int[] {6, 51, 3, 501}, dataset.rows());
    }
    byte[] bytes = Files.readAllBytes(path);
    rows.write(path, Split.byOrder(1, 0, 0), Progress.NONE).close();
    assertArrayEquals(bytes, Files.readAllBytes(path));
  }

  @Test
  void bothWaysSplitAlike() {
    SyntheticRows rows = new SyntheticRows(4, 5000, 1, new int[] {5, 9}, new int[] {1, 1});
    Split split = Split.random(1, 8, 1, 1);
    try (Dataset direct = rows.write(directory.resolve("a"), split, Progress.NONE);
        Dataset built = new DatasetBuilder(rows.schema(), 1, Progress.NONE).build(rows, split, directory.resolve("b"))) {
      for (Part part : Part.values()) {
        assertEquals(direct.rows(part), built.rows(part));
      }
      assertEquals(direct.encoder().schema(), built.encoder().schema());
    }
  }

  @Test
  void criteoShape() {
    SyntheticRows rows = SyntheticRows.criteoShaped(1, 20_000);
    assertEquals(39, rows.dimensions().length);
    assertEquals(39, rows.schema().fields().size());
    int clicks = 0;
    int[] first = new int[39];
    try (RowCursor cursor = rows.open()) {
      RowBlock block = new RowBlock(39);
      while (cursor.read(block)) {
        for (int row = 0; row < block.rows(); row++) {
          clicks += Integer.parseInt(block.text(row, 0));
          for (int field = 0; field < 39; field++) {
            first[field] += block.text(row, 1 + field).equals("1") ? 1 : 0;
          }
        }
      }
    }
    assertEquals(0.3, clicks / 20_000.0, 0.05);
    assertEquals(Math.log(2) / Math.log(193_950), first[15] / 20_000.0, 0.005, "Zipf's law");
    assertEquals(108, Arrays.stream(rows.dimensions()).sum());
  }

  @Test
  void impossibleShapesAreRefused() {
    assertRefused(1, 1, new int[] {2, 2}, new int[] {1, 0});
    assertRefused(1, 2, new int[] {2, 9}, new int[] {2, 2});
    assertRefused(1, 1, new int[] {9, 9}, new int[] {2, 1});
    assertRefused(1, 1, new int[] {9, 9}, new int[] {1});
    assertRefused(0, 1, new int[] {9, 9}, new int[] {1, 1});
    assertRefused(1, 1, new int[] {9, 0}, new int[] {1, 1});
  }

  private static void assertRefused(long rows, int base, int[] cardinalities, int[] dimensions) {
    assertThrows(ConfigurationException.class, () -> new SyntheticRows(1, rows, base, cardinalities, dimensions));
  }
}
