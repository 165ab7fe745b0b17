package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.NativeException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.PackedTable;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.Quantizer;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedGatherTest {

  private static final int[] ROWS = {5000, 700, 900, 65, 3, 400};

  /** Fields that keep all, the more columns the smaller the id, a few scattered entries, nothing, ... and one of 64 columns where the dimension allows. */
  private static EmbeddingLayout layout(int dimension, boolean masked) {
    if (!masked) {
      int[][] kept = new int[ROWS.length][];
      for (int f = 0; f < kept.length; f++) {
        int step = f + 1;
        kept[f] = java.util.stream.IntStream.range(0, dimension).filter(j -> j % step == 0).toArray();
      }
      kept[3] = new int[0];
      return new EmbeddingLayout(dimension, ROWS, kept);
    }
    SplittableRandom random = new SplittableRandom(31);
    long all = -1L >>> Long.SIZE - dimension;
    long[][] bits = new long[ROWS.length][];
    for (int f = 0; f < bits.length; f++) {
      bits[f] = new long[ROWS[f]];
      for (int r = 0; r < ROWS[f]; r++) {
        bits[f][r] = switch (f % 4) {
          case 0 -> random.nextInt(20) == 0 ? random.nextLong() & all & random.nextLong() : 0;
          case 1 -> all >>> Math.min(dimension, Long.SIZE - 1) * r / ROWS[f];
          case 2 -> all;
          default -> random.nextLong() & all;
        };
      }
    }
    return EmbeddingLayout.uniform(dimension, ROWS).withRowMasks(new RowMasks(bits));
  }

  @ParameterizedTest
  @CsvSource({
    "16,true,F32", "16,true,F16", "16,true,I8", "16,false,F32", "16,false,F16", "16,false,I8", "64,true,F32", "64,true,I8", "5,true,F16", "100,false,I8"
  })
  void tenThousandRowsAreThoseOfTheMaskedTables(int dimension, boolean masked, Precision precision) {
    EmbeddingLayout layout = layout(dimension, masked).withPrecision(precision);
    try (OpFixture fixture = new OpFixture(10_000, ROWS.length, 111)) {
      EmbeddingTable table = new EmbeddingTable(fixture.backend, fixture.tape.arena(), layout);
      fixture.fill(table.values());
      fixture.fillIds(ROWS);
      PackedTable packed = PackedTable.pack(fixture.backend, fixture.tape.arena(), table);
      Variable expected = fixture.tape.variable(layout.columns());
      Variable actual = fixture.tape.variable(layout.columns());
      table.clearMasked();
      Quantizer.round(table);
      new EmbeddingGather(fixture.backend, table, fixture.tape.ids(), expected).forward(10_000, false);
      new PackedGather(fixture.backend, packed, fixture.tape.ids(), actual).forward(10_000, false);
      assertArrayEquals(bits(expected), bits(actual));
    }
  }

  private static int[] bits(Variable variable) {
    float[] values = variable.value().toArray();
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  @Test
  void idsOutsideTheirTableAreRefusedAndThereIsNoBackward() {
    try (OpFixture fixture = new OpFixture(1, ROWS.length, 112)) {
      EmbeddingTable table = new EmbeddingTable(fixture.backend, fixture.tape.arena(), layout(16, true));
      PackedTable packed = PackedTable.pack(fixture.backend, fixture.tape.arena(), table);
      for (int f = 0; f < ROWS.length; f++) {
        for (int id : new int[] {-1, ROWS[f], Integer.MAX_VALUE}) {
          int[] ids = new int[ROWS.length];
          ids[f] = id;
          Tensor wrong = Tensor.of(fixture.backend, fixture.tape.arena(), ids);
          PackedGather gather = new PackedGather(fixture.backend, packed, wrong, fixture.tape.variable(packed.layout().columns()));
          NativeException e = assertThrows(NativeException.class, () -> gather.forward(1, false));
          assertEquals("packed_gather", e.kernel());
          assertThrows(UnsupportedOperationException.class, () -> gather.backward(1));
        }
      }
    }
  }
}
