package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.Progress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdCountsTest {

  @TempDir private Path directory;

  @Test
  void countsOnePartOverSeveralChunks() {
    SyntheticRows shape = new SyntheticRows(1, 1, 1, new int[] {101, 7}, new int[] {1, 1});
    Path path = directory.resolve("set");
    try (Dataset small = shape.write(path, Split.byOrder(1, 0, 0), Progress.NONE);
        DatasetWriter writer = new DatasetWriter(path, small.encoder(), new long[] {50_000, 1, 0}, "numbered", "none")) {
      for (int row = 0; row < 50_000; row++) {
        writer.append(Part.TRAIN, new int[] {row % 2, row % 100, row % 3});
      }
      writer.append(Part.VALIDATION, new int[] {0, 100, 6});
      writer.commit();
    }
    try (Dataset dataset = Dataset.open(path)) {
      IdCounts counts = IdCounts.of(dataset, Part.TRAIN);
      assertEquals(2, counts.fields());
      assertEquals(102, counts.rows(0));
      for (int id = 0; id < 102; id++) {
        assertEquals(id < 100 ? 500 : 0, counts.count(0, id));
      }
      assertEquals(16_667, counts.count(1, 0));
      assertEquals(16_666, counts.count(1, 2));
      assertEquals(0, counts.count(1, 6));
      assertEquals(1, IdCounts.of(dataset, Part.VALIDATION).count(1, 6));
      assertEquals(0, IdCounts.of(dataset, Part.TEST).count(1, 6));
    }
  }
}
