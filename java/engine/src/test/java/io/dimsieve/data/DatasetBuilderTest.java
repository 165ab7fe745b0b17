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
import io.dimsieve.encode.FieldKind;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetBuilderTest {

  private static final Schema SCHEMA = new Schema(new LabelRule("rating", 3.0, 3.0),
      List.of(Field.categorical("city", 1), Field.numeric("price", Bucketizer.LOG2_NULL, 1)));

  @TempDir private Path directory;

  @Test
  void countsOnTrainingRowsOnlyAndDropsRows() {
    TableRows rows = TableRows.of("5,rome,7", "3,dropped,7", "1,oslo,?", "4,rome,8", "2,rome,7", "5,paris,900");
    try (Dataset dataset = builder(SCHEMA).build(rows, Split.byOrder(4, 0, 1), out())) {
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
    try (Dataset dataset = builder(SCHEMA).build(parts, out())) {
      assertEquals(2, dataset.rows(Part.TRAIN));
      assertArrayEquals(new int[] {0, 0, dataset.encoder().encode(1, "1")}, read(dataset, Part.TEST));
      assertEquals("table.csv, table.csv", dataset.source());
      assertEquals("given", dataset.split());
    }
  }

  @Test
  void sameInputGivesSameBytes() throws IOException {
    SyntheticRows rows = new SyntheticRows(1, 500, 1, new int[] {9, 9}, new int[] {1, 1});
    builder(rows.schema()).build(rows, Split.random(3, 8, 1, 1), out()).close();
    byte[] first = Files.readAllBytes(out());
    builder(rows.schema()).build(rows, Split.random(3, 8, 1, 1), out()).close();
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
  void theFirstBadValueOfTheFirstBadRowIsTold() {
    String[] rows = new String[10_000];
    Arrays.fill(rows, "5,rome,1");
    rows[9_000] = "good,oslo,cheap";
    assertRejected("table.csv:9001:1: label 'rating': 'good' is not", rows);
    rows[8_999] = "5,rome,dear";
    assertRejected("table.csv:9000:3: field 'price': 'dear' is not", rows);
    rows[8_998] = "3,rome,dropped";
    assertRejected("table.csv:9000:3: field 'price': 'dear' is not", rows);
    rows[17] = "5,rome,";
    rows[8_997] = "5,rome";
    assertThrows(IllegalStateException.class, () -> builder(SCHEMA).build(TableRows.of(rows), Split.byOrder(1, 0, 0), out()), "a row without price");
    rows[8_996] = "5,rome,free";
    assertRejected("table.csv:8997:3: field 'price': 'free' is not", rows);
  }

  /** Blocks of rows, dropped rows, several parts and fields of all kinds, by any number of threads, and by a formula of its own. */
  @Test
  void bytesDoNotDependOnThreads() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    List<String[]> table = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      int value = (int) Math.exp(9 * random.nextDouble());
      String number = value % 11 == 0 ? "" : value % 13 == 0 ? value + ".5" : value % 17 == 0 ? "-" + value : Integer.toString(value);
      table.add(new String[] {"" + (1 + random.nextInt(5)), "city " + value % 5000, number, "" + value});
    }
    Schema schema = new Schema(new LabelRule("rating", 3.0, 3.0), List.of(
        Field.categorical("city", 2), Field.numeric("price", Bucketizer.LOG2_NULL, 1),
        new Field("hash", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 97)));
    TableRows rows = new TableRows("table", table, List.of());
    byte[] first = null;
    for (int threads : new int[] {1, 2, 5}) {
      try (Dataset dataset = new DatasetBuilder(schema, threads, Progress.NONE).build(rows, Split.byOrder(8, 1, 1), out())) {
        assertReference(table, dataset);
      }
      byte[] bytes = Files.readAllBytes(out());
      assertArrayEquals(first == null ? bytes : first, bytes);
      first = bytes;
    }
    assertEquals(1, directory.toFile().list().length, "no other file is left");
  }

  private static void assertReference(List<String[]> table, Dataset dataset) {
    List<String[]> kept = table.stream().filter(row -> !row[0].equals("3")).toList();
    int trained = kept.size() * 8 / 10;
    int[] values = read(dataset, Part.TRAIN);
    assertEquals(trained * 4, values.length);
    Map<String, Integer> counts = new HashMap<>();
    kept.subList(0, trained).forEach(row -> counts.merge(row[1], 1, Integer::sum));
    List<String> ranked = counts.keySet().stream().filter(city -> counts.get(city) > 1)
        .sorted(Comparator.comparing((String city) -> -counts.get(city)).thenComparing(city -> city)).toList();
    Map<String, Integer> ids = new HashMap<>();
    ranked.forEach(city -> ids.put(city, 1 + ids.size()));
    for (int i = 0; i < trained; i++) {
      String[] row = kept.get(i);
      assertEquals(Integer.parseInt(row[0]) > 3 ? 1 : 0, values[4 * i]);
      assertEquals(ids.getOrDefault(row[1], 0), values[4 * i + 1]);
      assertEquals(dataset.encoder().encode(1, row[2]), values[4 * i + 2]);
      assertEquals(dataset.encoder().encode(2, row[3]), values[4 * i + 3]);
    }
  }

  @Test
  void threadsArePositive() {
    assertThrows(ConfigurationException.class, () -> new DatasetBuilder(SCHEMA, 0, Progress.NONE));
  }

  @Test
  void unwritableOutputIsAConfigurationError() {
    Path absent = directory.resolve("absent/set");
    TableRows rows = TableRows.of("5,rome,1");
    Split all = Split.random(1, 1, 0, 0);
    assertThrows(ConfigurationException.class, () -> builder(SCHEMA).build(rows, all, absent));
  }

  private void assertRejected(String message, String... lines) {
    TableRows rows = TableRows.of(lines);
    DataException error = assertThrows(DataException.class,
        () -> builder(SCHEMA).build(rows, Split.byOrder(1, 0, 0), out()));
    assertTrue(error.getMessage().startsWith(message), error.getMessage());
  }

  private static DatasetBuilder builder(Schema schema) {
    return new DatasetBuilder(schema, 2, Progress.NONE);
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
