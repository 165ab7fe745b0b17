package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.NativeException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingGatherTest {

  private static final EmbeddingLayout MIXED =
      new EmbeddingLayout(20, new int[] {5, 3, 9}, new int[][] {{1, 3}, {}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19}});

  @ParameterizedTest
  @CsvSource({"1,false", "1,true", "70,false", "70,true"})
  void copiesRowsAndAppliesTheMask(int batch, boolean masked) {
    try (OpFixture fixture = new OpFixture(batch, 3, 101)) {
      EmbeddingTable table = new EmbeddingTable(fixture.backend, fixture.tape.arena(), MIXED);
      Variable out = fixture.tape.variable(MIXED.columns());
      fixture.tape.record(new EmbeddingGather(fixture.backend, table, fixture.tape.ids(), out));
      int[] ids = fixture.fillIds(MIXED.rows());
      fixture.fill(table.values());
      float[] values = table.values().toArray();
      float[] mask = new float[MIXED.columns()];
      for (int c = 0; c < mask.length; c++) {
        mask[c] = masked && c % 3 == 0 ? 0 : 1;
      }
      if (masked) {
        Tensor hard = Tensor.floats(fixture.backend, fixture.tape.arena(), 1, mask.length);
        hard.set(0, mask);
        table.mask(hard);
      }
      fixture.tape.forward(batch, true);
      float[] actual = out.value().toArray();
      for (int b = 0; b < batch; b++) {
        for (int f = 0; f < 3; f++) {
          for (int j = 0; j < MIXED.width(f); j++) {
            int c = MIXED.column(f) + j;
            float expected = values[(int) table.base(f) + ids[b * 3 + f] * MIXED.width(f) + j] * mask[c];
            assertEquals(expected, actual[b * mask.length + c], 0, "row " + b + " column " + c);
          }
        }
      }
    }
  }

  @Test
  void idsOutsideTheirTableAreRefused() {
    try (OpFixture fixture = new OpFixture(1, 3, 102)) {
      EmbeddingTable table = new EmbeddingTable(fixture.backend, fixture.tape.arena(), MIXED);
      for (int[] ids : new int[][] {{5, 0, 0}, {0, 0, 9}, {-1, 0, 0}, {0, 0, Integer.MAX_VALUE}}) {
        Tensor wrong = Tensor.of(fixture.backend, fixture.tape.arena(), ids);
        EmbeddingGather gather = new EmbeddingGather(fixture.backend, table, wrong, fixture.tape.variable(MIXED.columns()));
        NativeException e = assertThrows(NativeException.class, () -> gather.forward(1, false));
        assertEquals("embedding_gather", e.kernel());
      }
    }
  }
}
