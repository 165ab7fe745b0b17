package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.Progress;
import io.dimsieve.encode.Bucketizer;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetBuilderTest {

  private static final Schema SCHEMA = new Schema(new LabelRule("rating", 3.0, 3.0),
      List.of(Field.categorical("city", 1), Field.numeric("price", Bucketizer.LOG2_NULL, 1)));

  @TempDir private Path directory;

  @Test
  void countsOnTrainingRowsOnlyAndDropsRows() {
    TableRows rows = TableRows.of("5,rome,7", "3,dropped,7", "1,oslo,?", "4,rome,8", "2,rome,7", "5,paris,900");
    try (Dataset dataset = DatasetBuilder.build(rows, SCHEMA, Split.byOrder(4, 0, 1), out(), Progress.NONE)) {
      assertEquals(4, dataset.rows(Part.TRAIN));
      assertEquals(0, dataset.rows(Part.VALIDATION));
      assertEquals(1, dataset.rows(Part.TEST));
      assertEquals(2, dataset.fields());
      assertEquals(3, dataset.rows()[0], "unknown, rome, oslo");
      assertEquals("rome", dataset.encoder().vocabulary(0).value(1));
      int missing = dataset.encoder().encode(1, null);
      int seven = dataset.encoder().encode(1, "7");
      int eight = dataset.encoder().encode(1, "8");
      assertArrayEquals(new int[] {1, 1, seven, 0, 2, missing, 1, 1, eight, 0, 1, seven}, read(dataset, Part.TRAIN));
      assertArrayEquals(new int[] {1, 0, 0}, read(dataset, Part.TEST), "paris and 900 were never trained on");
      assertEquals("table.csv", dataset.source());
      assertEquals("by order 4:0:1", dataset.split());
      assertEquals(SCHEMA, dataset.encoder().schema());
    }
  }

  @Test
  void aSourceForEachPart() {
    Map<Part, RowSource> parts = Map.of(Part.TEST, TableRows.of("1,oslo,1"), Part.TRAIN, TableRows.of("5,rome,1", "1,rome,2"));
    try (Dataset dataset = DatasetBuilder.build(parts, SCHEMA, out(), Progress.NONE)) {
      assertEquals(2, dataset.rows(Part.TRAIN));
      assertArrayEquals(new int[] {0, 0, dataset.encoder().encode(1, "1")}, read(dataset, Part.TEST));
      assertEquals("table.csv, table.csv", dataset.source());
      assertEquals("given", dataset.split());
    }
  }

  @Test
  void sameInputGivesSameBytes() throws IOException {
    SyntheticRows rows = new SyntheticRows(1, 500, 1, new int[] {9, 9}, new int[] {1, 1});
    DatasetBuilder.build(rows, rows.schema(), Split.random(3, 8, 1, 1), out(), Progress.NONE).close();
    byte[] first = Files.readAllBytes(out());
    DatasetBuilder.build(rows, rows.schema(), Split.random(3, 8, 1, 1), out(), Progress.NONE).close();
    assertArrayEquals(first, Files.readAllBytes(out()));
  }

  @Test
  void badRowsAreNamedWithTheirPlaceAndNothingIsWritten() throws IOException {
    Files.writeString(out(), "old");
    assertRejected("table.csv:2:3: field 'price'", "5,rome,1", "1,oslo,cheap");
    assertRejected("table.csv:2:1: label 'rating'", "5,rome,1", "good,oslo,1");
    assertRejected("table.csv:3:3: field 'price'", "5,rome,1", "5,rome,1", "1,oslo,NaN");
    assertRejected("table.csv: has no row to train on", "3,rome,1");
    assertEquals("old", Files.readString(out()));
    assertEquals(1, directory.toFile().list().length);
  }

  @Test
  void aSourceThatChangesBetweenPassesIsRefused() throws IOException {
    for (int change : new int[] {-1, 1}) {
      List<String[]> table = new ArrayList<>(TableRows.of("5,rome,1", "1,oslo,2", "1,oslo,3").table());
      RowSource changing = new RowSource() {
        private int opened;

        @Override
        public RowCursor open() {
          if (++opened == 2 && change < 0) {
            table.remove(0);
          } else if (opened == 2) {
            table.add(table.get(0));
          }
          return new TableRows("changing", List.copyOf(table), List.of()).open();
        }

        @Override
        public String name() {
          return "changing";
        }
      };
      Split all = Split.random(1, 1, 0, 0);
      assertThrows(DataException.class, () -> DatasetBuilder.build(changing, SCHEMA, all, out(), Progress.NONE));
      assertEquals(0, directory.toFile().list().length);
    }
  }

  @Test
  void unwritableOutputIsAConfigurationError() {
    Path absent = directory.resolve("absent/set");
    TableRows rows = TableRows.of("5,rome,1");
    Split all = Split.random(1, 1, 0, 0);
    assertThrows(ConfigurationException.class, () -> DatasetBuilder.build(rows, SCHEMA, all, absent, Progress.NONE));
  }

  private void assertRejected(String message, String... lines) {
    TableRows rows = TableRows.of(lines);
    DataException error = assertThrows(DataException.class,
        () -> DatasetBuilder.build(rows, SCHEMA, Split.byOrder(1, 0, 0), out(), Progress.NONE));
    assertTrue(error.getMessage().startsWith(message), error.getMessage());
  }

  private Path out() {
    return directory.resolve("set");
  }

  static int[] read(Dataset dataset, Part part) {
    int[] values = new int[(int) dataset.rows(part) * (1 + dataset.fields())];
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    dataset.read(part, 0, bytes);
    bytes.flip().asIntBuffer().get(values);
    return values;
  }
}
