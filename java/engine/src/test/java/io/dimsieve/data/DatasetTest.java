package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import io.dimsieve.Progress;
import io.dimsieve.encode.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {

  @TempDir private Path directory;
  private Path path;
  private Encoder encoder;

  @BeforeEach
  void build() {
    path = directory.resolve("set");
    SyntheticRows rows = new SyntheticRows(1, 300, 1, new int[] {5, 6}, new int[] {1, 1});
    try (Dataset dataset = rows.write(path, Split.byOrder(8, 1, 1), Progress.NONE)) {
      encoder = dataset.encoder();
    }
  }

  @Test
  void sizes() {
    try (Dataset dataset = Dataset.open(path)) {
      assertEquals(240, dataset.rows(Part.TRAIN));
      assertEquals(30, dataset.rows(Part.TEST));
      assertEquals(7, dataset.rows()[1]);
      assertEquals(path, dataset.path());
    }
  }

  @Test
  void truncatedReadsRareValuesAsUnknown() {
    try (Dataset dataset = Dataset.open(path)) {
      Dataset cut = dataset.truncated(new int[] {3, 7});
      assertEquals(3, cut.rows()[0]);
      assertEquals(3, cut.encoder().rows(0));
      int folded = 0;
      try (BatchReader all = BatchReader.inOrder(dataset, Part.TRAIN, 32, io.dimsieve.memory.HostAllocator.INSTANCE);
          BatchReader few = BatchReader.inOrder(cut, Part.TRAIN, 32, io.dimsieve.memory.HostAllocator.INSTANCE)) {
        all.beginEpoch(0);
        few.beginEpoch(0);
        Batch a = all.next();
        for (Batch b; (b = few.next()) != null; a = all.next()) {
          for (int i = 0; i < b.size(); i++) {
            folded += a.id(i, 0) >= 3 ? 1 : 0;
            assertEquals(a.id(i, 0) >= 3 ? 0 : a.id(i, 0), b.id(i, 0));
            assertEquals(a.id(i, 1), b.id(i, 1));
            assertEquals(a.label(i), b.label(i));
          }
        }
      }
      assertTrue(folded > 10);
      cut.close();
      assertEquals(dataset, dataset.truncated(dataset.rows()));
      assertEquals(240, dataset.truncated(new int[] {1, 1}).rows(Part.TRAIN));
    }
  }

  @Test
  void damageIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(path);
    for (int at = 0; at < whole.length; at += 7) {
      whole[at] ^= 16;
      Files.write(path, whole);
      assertThrows(ModelFormatException.class, () -> Dataset.open(path), "byte " + at);
      whole[at] ^= 16;
    }
  }

  @Test
  void valuesOutOfRangeAreNamed() {
    assertRefused("rows.train row 100001: id of field f01 is 7; it must be 0 to 6", 1, 5, 7);
    assertRefused("rows.train row 100001: id of field f00 is -1; it must be 0 to 5", 1, -1, 6);
    assertRefused("rows.train row 100001: label is 2; it must be 0 to 1", 2, 0, 0);
  }

  private void assertRefused(String message, int... row) {
    try (DatasetWriter writer = new DatasetWriter(path, encoder, new long[] {100_002, 0, 0}, "test", "none")) {
      for (int i = 0; i < 100_001; i++) {
        writer.append(Part.TRAIN, new int[] {1, 5, 6});
      }
      writer.append(Part.TRAIN, row);
      writer.commit();
    }
    assertEquals(path + ": " + message, assertThrows(ModelFormatException.class, () -> Dataset.open(path)).getMessage());
  }
}
