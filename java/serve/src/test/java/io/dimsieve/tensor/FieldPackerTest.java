package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ModelFormatException;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is packed: its bytes against a handmade table, its number of bytes against {@link StoredBytes}, and what {@link StoredTables} reads from it. */
class FieldPackerTest {

  private static byte[] pack(EmbeddingTable table, int field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new FieldPacker(table, field).write(bytes::writeBytes);
    return bytes.toByteArray();
  }

  private static StoredTables stored(EmbeddingTable table) {
    EmbeddingLayout layout = table.layout();
    int fields = layout.fields();
    byte[] forms = new byte[fields];
    float[] scales = new float[fields];
    long[] sizes = new long[fields];
    List<byte[]> bytes = new ArrayList<>();
    for (int f = 0; f < fields; f++) {
      FieldPacker packer = new FieldPacker(table, f);
      forms[f] = (byte) packer.form().ordinal();
      scales[f] = packer.scale();
      bytes.add(pack(table, f));
      sizes[f] = bytes.get(f).length;
      assertEquals(packer.bytes(), sizes[f], "bytes of field " + f);
    }
    int[][] kept = java.util.stream.IntStream.range(0, fields).mapToObj(layout::kept).toArray(int[][]::new);
    StoredTables tables = StoredTables.of(
        "packed", new EmbeddingLayout(layout.dimension(), layout.rows(), kept), layout.precision().toString(), forms, scales, sizes,
        (f, at, target) -> target.put(bytes.get(f), (int) at, target.remaining()));
    for (int f = 0; f < fields; f++) {
      assertEquals(StoredBytes.of(layout, f), tables.fields().get(f).storedBytes(), "stored bytes of field " + f);
    }
    return tables;
  }

  private static EmbeddingTable random(Backend backend, Arena arena, EmbeddingLayout layout, long seed) {
    EmbeddingTable table = new EmbeddingTable(backend, arena, layout);
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[(int) table.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    table.values().set(0, values);
    table.clearMasked();
    return table;
  }

  @Test
  void aSparseTableHasTheBytesOfTheFormat() {
    long[] bits = new long[70];
    bits[1] = 0b1001_0000;
    bits[66] = 0b0100_0000;
    EmbeddingLayout layout = EmbeddingLayout.uniform(8, new int[] {70}).withRowMasks(new RowMasks(new long[][] {bits}));
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = new EmbeddingTable(backend, arena, layout);
      table.values().set(3, new float[] {1.5f, 9, -2}); // columns 4, 6, 7 are kept by some row; 9 is masked
      table.values().set(66 * 3 + 1, new float[] {4});
      ByteBuffer expected = ByteBuffer.allocate(2 * 12 + 3 * 4 + 3 * 5).order(ByteOrder.LITTLE_ENDIAN);
      expected.putLong(0b10).putLong(0b100).putInt(0).putInt(1).putInt(0).putInt(2).putInt(3);
      expected.putFloat(1.5f).putFloat(-2).putFloat(4).put((byte) 0).put((byte) 2).put((byte) 1);
      assertArrayEquals(expected.array(), pack(table, 0));
    }
  }

  @Test
  void bandsHaveTheBytesOfTheFormat() {
    long[] bits = new long[400];
    java.util.Arrays.setAll(bits, r -> r < 20 ? 0b1010 : r < 399 ? 0 : 0b0010);
    EmbeddingLayout layout =
        EmbeddingLayout.uniform(4, new int[] {400}).withRowMasks(new RowMasks(new long[][] {bits})).withPrecision(Precision.F16);
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = new EmbeddingTable(backend, arena, layout);
      table.values().set(0, new float[] {1, 2, -1, 0.5f});
      table.values().set(2 * 19 + 1, new float[] {7});
      table.values().set(2 * 399, new float[] {4, 100}); // 100 is masked
      ByteBuffer expected = ByteBuffer.allocate(3 * 16 + 41 * 2).order(ByteOrder.LITTLE_ENDIAN);
      expected.putInt(0).putInt(2).putLong(48).putInt(20).putInt(0).putLong(128).putInt(399).putInt(1).putLong(128);
      for (int half : new int[] {0x3c00, 0x4000, 0xbc00, 0x3800}) {
        expected.putShort((short) half);
      }
      expected.putShort(48 + 39 * 2, (short) 0x4700).putShort(48 + 40 * 2, (short) 0x4400);
      assertArrayEquals(expected.array(), pack(table, 0));
    }
  }

  /** Prefixes that shrink with the id, scattered entries, whole rows, nothing. */
  private static EmbeddingLayout masked(int dimension, SplittableRandom random) {
    int[] rows = {200 + random.nextInt(300), 200 + random.nextInt(300), 1 + random.nextInt(30), 64};
    long all = -1L >>> Long.SIZE - dimension;
    long[][] bits = new long[4][];
    for (int f = 0; f < 4; f++) {
      bits[f] = new long[rows[f]];
      for (int r = 0; r < rows[f]; r++) {
        bits[f][r] = f == 0 ? all >>> dimension * r / rows[0] : f == 1 ? random.nextLong() & random.nextLong() & random.nextLong() & all : f == 2 ? all : 0;
      }
    }
    return EmbeddingLayout.uniform(dimension, rows).withRowMasks(new RowMasks(bits));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void whatIsPackedIsReadBack(Precision precision) {
    SplittableRandom random = new SplittableRandom(41);
    try (Backend backend = Backend.cpu(1)) {
      for (int dimension : new int[] {1, 3, 16, 63, 64}) {
        try (Arena arena = new Arena(backend)) {
          EmbeddingTable table = random(backend, arena, masked(dimension, random).withPrecision(precision), dimension);
          StoredTables stored = stored(table);
          EmbeddingLayout layout = stored.trainingLayout();
          for (int f = 0; f < layout.fields(); f++) { // a table stored whole has forgotten which of its zeros were masked
            for (int r = 0; r < layout.rows(f) && StoredBytes.form(table.layout(), f) != PackedForm.DENSE; r++) {
              assertEquals(table.layout().rowMasks().bits(f, r), layout.rowMasks().bits(f, r));
            }
          }
          assertArrayEquals(table.layout().identity(), layout.identity());
          EmbeddingTable again = new EmbeddingTable(backend, arena, layout);
          stored.unpack(again);
          Quantizer.round(table);
          assertArrayEquals(table.values().toArray(), again.values().toArray());
          for (int f = 0; f < layout.fields(); f++) {
            assertArrayEquals(pack(table, f), pack(again, f), "packed twice, field " + f);
          }
        }
      }
    }
  }

  @Test
  void wholeTablesNeedNoMasks() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingLayout layout = new EmbeddingLayout(100, new int[] {40, 7}, new int[][] {{0, 70, 99}, {}});
      EmbeddingTable table = random(backend, arena, layout, 42);
      StoredTables stored = stored(table);
      assertEquals(layout, stored.trainingLayout());
      EmbeddingTable again = new EmbeddingTable(backend, arena, layout);
      stored.unpack(again);
      assertArrayEquals(table.values().toArray(), again.values().toArray());
    }
  }

  @Test
  void tablesThatDoNotFitTheirSizesAreRefused() {
    EmbeddingLayout sizes = EmbeddingLayout.uniform(2, new int[] {3});
    StoredTables.Source zeros = (f, at, target) -> target.put(new byte[target.remaining()]);
    long[] bytes = {24};
    float[] scales = {0};
    assertEquals(1, StoredTables.of("file", sizes, "f32", new byte[] {0}, scales, bytes, zeros).fields().size());
    assertThrows(ModelFormatException.class, () -> StoredTables.of("file", sizes, "f64", new byte[] {0}, scales, bytes, zeros));
    assertThrows(ModelFormatException.class, () -> StoredTables.of("file", sizes, "f16", new byte[] {0}, scales, bytes, zeros));
    assertThrows(ModelFormatException.class, () -> StoredTables.of("file", sizes, "f32", new byte[] {3}, scales, bytes, zeros));
    assertThrows(ModelFormatException.class, () -> StoredTables.of("file", sizes, "f32", new byte[] {-1}, scales, bytes, zeros));
    assertThrows(ModelFormatException.class, () -> StoredTables.of("file", sizes, "f32", new byte[] {1}, scales, bytes, zeros));
    // Sparse, sound, but no row keeps anything: the columns are nobody's.
    StoredTables empty = StoredTables.of("file", sizes, "f32", new byte[] {2}, scales, new long[] {16}, zeros);
    assertThrows(ModelFormatException.class, empty::trainingLayout);
  }
}
