package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.NativeException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FmGatherTest {

  private static final int[] ROWS = {5, 3, 9};

  /** Σ over pairs of fields of their inner products: the definition. */
  private static double[] pairs(double[] e, int fields, int dimension) {
    double[] z = new double[e.length / (fields * dimension)];
    for (int b = 0; b < z.length; b++) {
      for (int f = 0; f < fields; f++) {
        for (int k = f + 1; k < fields; k++) {
          for (int j = 0; j < dimension; j++) {
            z[b] += e[(b * fields + f) * dimension + j] * e[(b * fields + k) * dimension + j];
          }
        }
      }
    }
    return z;
  }

  private static EmbeddingTable table(OpFixture fixture, int dimension, boolean masked) {
    EmbeddingTable table = new EmbeddingTable(fixture.backend, fixture.tape.arena(), EmbeddingLayout.uniform(dimension, ROWS));
    fixture.fill(table.values());
    if (masked) {
      float[] mask = new float[ROWS.length * dimension];
      for (int c = 0; c < mask.length; c++) {
        mask[c] = c % 3 == 0 ? 0 : 1;
      }
      Tensor hard = Tensor.floats(fixture.backend, fixture.tape.arena(), 1, mask.length);
      hard.set(0, mask);
      table.mask(hard);
    }
    return table;
  }

  @ParameterizedTest
  @CsvSource({"1,1,false", "7,4,true", "65,16,false", "65,16,true", "9,19,true"})
  void agreesWithFloat64(int batch, int dimension, boolean masked) {
    try (OpFixture fixture = new OpFixture(batch, ROWS.length, 54)) {
      EmbeddingTable table = table(fixture, dimension, masked);
      Variable z = fixture.tape.variable(1);
      FmGather op = new FmGather(fixture.backend, fixture.tape.arena(), table, fixture.tape.ids(), z);
      fixture.tape.record(op);
      int[] ids = fixture.fillIds(ROWS);
      double[] dz = fixture.fill(z.gradient());
      Variable matrix = op.keepMatrix();
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);

      float[] values = table.values().toArray();
      float[] mask = masked ? table.mask().toArray() : null;
      double[] e = new double[batch * ROWS.length * dimension];
      for (int i = 0; i < e.length; i++) {
        int field = i / dimension % ROWS.length;
        int column = i % (ROWS.length * dimension);
        e[i] = values[(int) table.base(field) + ids[i / dimension] * dimension + i % dimension] * (mask == null ? 1 : mask[column]);
      }
      OpFixture.assertClose("z", pairs(e, ROWS.length, dimension), fixture.rows(z.value()));
      assertArrayEquals(e, fixture.rows(matrix.value()));
      fixture.assertGradient(
          "de", v -> pairs(v, ROWS.length, dimension), e, fixture.rows(z.gradient()), fixture.rows(matrix.gradient()));

      double[] sums = fixture.rows(op.gradient().values());
      double[] made = new double[e.length];
      for (int i = 0; i < e.length; i++) {
        int row = i / (ROWS.length * dimension);
        made[i] = dz[row] * (sums[row * dimension + i % dimension] - e[i]);
      }
      OpFixture.assertClose("de of the factors", made, fixture.rows(matrix.gradient()));
      assertSame(z.gradient(), op.gradient().factors());
      assertSame(matrix, op.keepMatrix());
    }
  }

  @Test
  void refusesFieldsOfUnequalWidthAndIdsOutsideTheirTable() {
    try (OpFixture fixture = new OpFixture(1, ROWS.length, 55)) {
      EmbeddingLayout mixed = new EmbeddingLayout(2, ROWS, new int[][] {{0, 1}, {1}, {0, 1}});
      EmbeddingTable unequal = new EmbeddingTable(fixture.backend, fixture.tape.arena(), mixed);
      Variable z = fixture.tape.variable(1);
      assertThrows(
          IllegalArgumentException.class, () -> new FmGather(fixture.backend, fixture.tape.arena(), unequal, fixture.tape.ids(), z));
      Tensor wrong = Tensor.of(fixture.backend, fixture.tape.arena(), new int[] {0, 3, 0});
      FmGather op = new FmGather(fixture.backend, fixture.tape.arena(), table(fixture, 4, false), wrong, z);
      assertEquals("fm_gather", assertThrows(NativeException.class, () -> op.forward(1, false)).kernel());
    }
  }
}
