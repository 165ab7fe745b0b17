package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskGradientProbeTest {

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @ParameterizedTest
  @CsvSource({"1,false", "300,false", "300,true", "3000,false"})
  void leavesEveryBitAndEqualsTheFusedGradientAndTheFormula(int rows, boolean sign) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, rows, 201)) {
      int[] batch = fixture.batch(rows);
      float[] before = fixture.table.values().toArray();
      Tensor probed = Tensor.floats(fixture.backend, fixture.arena, 1, fixture.layout.columns());
      fixture.fill(probed, 1);
      new MaskGradientProbe(fixture.backend, fixture.arena, fixture.table, fixture.groups, EmbeddingGradient.of(fixture.gradient)).measure(rows, probed, sign);
      assertArrayEquals(bits(before), bits(fixture.table.values().toArray()));

      Tensor fused = Tensor.floats(fixture.backend, fixture.arena, 1, fixture.layout.columns());
      EmbeddingOptimizer optimizer = fixture.optimizer(OptimizerSpec.adam(0.01));
      optimizer.maskGradient(fused, sign);
      optimizer.step(1, 1, rows);
      assertArrayEquals(fused.toArray(), probed.toArray());

      float[] g = fixture.gradient.toArray();
      double[] expected = new double[fixture.layout.columns()];
      for (int b = 0; b < rows; b++) {
        for (int f = 0; f < fixture.layout.fields(); f++) {
          for (int j = 0; j < fixture.layout.width(f); j++) {
            int c = fixture.layout.column(f) + j;
            float e = before[fixture.element(batch, b, f, j)];
            expected[c] += g[b * fixture.layout.columns() + c] * (sign ? Math.signum(e) : e);
          }
        }
      }
      for (int c = 0; c < expected.length; c++) {
        assertEquals(expected[c], probed.toArray()[c], 1e-4 * Math.max(1, Math.abs(expected[c])), "column " + c);
      }
    }
  }

  /** x − 0·g is x in every bit also where x is 0 or the smallest or largest float; only −0 may lose its sign, which no score sees. */
  @Test
  void leavesTheSmallestAndLargestNumbers() {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 200, 202)) {
      fixture.batch(200);
      float[] values = new float[(int) fixture.layout.parameters()];
      float[] special = {0.0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE};
      for (int i = 0; i < values.length; i++) {
        values[i] = special[i % special.length];
      }
      fixture.table.values().set(0, values);
      Tensor into = Tensor.floats(fixture.backend, fixture.arena, 1, fixture.layout.columns());
      new MaskGradientProbe(fixture.backend, fixture.arena, fixture.table, fixture.groups, EmbeddingGradient.of(fixture.gradient)).measure(200, into, false);
      assertArrayEquals(bits(values), bits(fixture.table.values().toArray()));
    }
  }
}
