package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Formulas are tested natively; here, what the class makes of the kernels. */
class TwinMaskTest {

  private static final int D = 6;
  private static final int[] ROWS = {40, 9};

  /** Two classes a field: rows below a third are frequent (attribute 1, α near 1), the others rare. */
  private static TwinMask.Classes classes() {
    int[] ofRow = new int[ROWS[0] + ROWS[1]];
    for (int r = 0; r < ofRow.length; r++) {
      int field = r < ROWS[0] ? 0 : 1;
      ofRow[r] = 2 * field + (r - field * ROWS[0] < ROWS[field] / 3 ? 0 : 1);
    }
    return new TwinMask.Classes(
        ofRow, new int[] {0, 2, 4}, new float[] {1, 0, -1, 0, 1, 1, -1, 1}, new float[] {0.9f, 0.1f, 0.9f, 0.1f},
        new float[] {0.25f, 0.25f, 0.25f, 0.25f});
  }

  private static TwinMask mask(TableFixture fixture, boolean zero) {
    return new TwinMask(
        fixture.backend, fixture.arena, fixture.table, fixture.groups, fixture.gradient, classes(), new TwinMask.Shape(2, 8, 4, D, zero),
        OptimizerSpec.adam(0.02), 5);
  }

  private static int[] lengths(TableFixture fixture, TwinMask mask) {
    int[] lengths = new int[ROWS[0] + ROWS[1]];
    try (Block host = HostAllocator.INSTANCE.allocate(8L * lengths.length)) {
      fixture.backend.copyOut(host.address(), mask.rowMask().address(), host.bytes());
      for (int r = 0; r < lengths.length; r++) {
        long bits = host.view().getLong(8 * r);
        lengths[r] = Long.bitCount(bits);
        assertEquals((1L << lengths[r]) - 1, bits, "not a prefix");
      }
    }
    return lengths;
  }

  @Test
  void beginsWithAllColumnsAndMeasuresTheMaskGradientOfEachClass() {
    try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(D, ROWS), 300, 7);
        TwinMask mask = mask(fixture, true)) {
      assertTrue(Arrays.stream(lengths(fixture, mask)).allMatch(k -> k == D));
      int[] batch = fixture.batch(300);
      mask.measure();
      float[] g = fixture.gradient.toArray();
      float[] e = fixture.table.values().toArray();
      double[] expected = new double[4 * D];
      for (int b = 0; b < 300; b++) {
        for (int f = 0; f < 2; f++) {
          int c = classes().ofRow()[f * ROWS[0] + batch[b * 2 + f]];
          for (int j = 0; j < D; j++) {
            expected[c * D + j] += (double) g[(b * 2 + f) * D + j] * e[fixture.element(batch, b, f, j)];
          }
        }
      }
      float[] measured = mask.maskGradient().toArray();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], measured[i], 1e-4, "entry " + i);
      }
    }
  }

  /** Columns help frequent values and hurt rare ones beyond the second: gradients e δê of −1 and, from column 2 on, +1. */
  @Test
  void learnsLengthsByClass() {
    try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(D, ROWS), 300, 8);
        TwinMask mask = mask(fixture, true)) {
      float[] target = new float[4 * D];
      for (int c = 0; c < 4; c++) {
        for (int j = 0; j < D; j++) {
          target[c * D + j] = c % 2 == 1 && j >= 2 ? 1 : -1;
        }
      }
      for (int step = 0; step < 300; step++) {
        mask.choose();
        mask.maskGradient().set(0, target);
        mask.learn(1, 0.5, 0);
      }
      mask.choose();
      mask.writeAll();
      int[] lengths = lengths(fixture, mask);
      for (int r = 0; r < lengths.length; r++) {
        assertEquals(classes().ofRow()[r] % 2 == 0 ? D : 2, lengths[r], "row " + r);
      }
    }
  }

  /** Without any gain the size penalty takes everything; masks are written where the batch reads them. */
  @Test
  void theSizePenaltyTakesWhatGainsNothing() {
    try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(D, ROWS), 300, 8);
        TwinMask mask = mask(fixture, true)) {
      for (int step = 0; step < 600; step++) {
        mask.choose();
        mask.learn(1, 1, 1); // nothing was measured: the gradient is 0
      }
      mask.choose();
      int[] batch = fixture.batch(10);
      mask.writeBatch();
      int[] expected = new int[ROWS[0] + ROWS[1]];
      Arrays.fill(expected, D);
      for (int i = 0; i < 20; i++) {
        expected[(i % 2) * ROWS[0] + batch[i]] = 0;
      }
      assertArrayEquals(expected, lengths(fixture, mask));
    }
  }

  @Test
  void aPriceShortensGradually() {
    for (boolean zero : new boolean[] {true, false}) {
      try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(D, ROWS), 20, 9);
          TwinMask mask = mask(fixture, zero)) {
        int before = D;
        for (int i = 0; i < 100 && before > (zero ? 0 : 1); i++) {
          mask.press(0.03);
          mask.choose();
          mask.writeAll();
          int now = lengths(fixture, mask)[0];
          assertTrue(now == before || now == before - 1, before + " to " + now);
          before = now;
        }
        assertEquals(zero ? 0 : 1, before);
      }
    }
  }
}
