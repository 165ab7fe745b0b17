package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.optimizer.ThresholdOptimizer.Granularity;
import io.dimsieve.optimizer.ThresholdOptimizer.Thresholds;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdOptimizerTest {

  private static ThresholdOptimizer optimizer(TableFixture fixture, OptimizerSpec spec, Granularity granularity, double start) {
    return new ThresholdOptimizer(
        fixture.backend, fixture.arena, spec, new Thresholds(granularity, start, 1), fixture.table, fixture.groups, fixture.gradient);
  }

  /** s = −150: nothing is cut, so the table moves as under dense Adam. */
  @ParameterizedTest
  @EnumSource(Granularity.class)
  void closedGatesAreDenseAdamBitForBit(Granularity granularity) {
    EmbeddingLayout layout = EmbeddingLayout.uniform(18, new int[] {300, 5, 1500});
    OptimizerSpec spec = OptimizerSpec.adam(1e-3).withL2(1e-5);
    float[][] tables = new float[2][];
    for (int i = 0; i < tables.length; i++) {
      try (TableFixture fixture = new TableFixture(layout, 100, 231);
          TableUpdate update = i == 0 ? fixture.optimizer(spec.withExactDense(true)) : optimizer(fixture, spec, granularity, -150)) {
        for (int step = 1; step <= 40; step++) {
          fixture.batch(100);
          update.beforeForward(step, 100);
          update.step(step, step % 3 == 0 ? 0.5 : 1, 100);
        }
        update.flush(40);
        tables[i] = fixture.table.values().toArray();
      }
    }
    assertArrayEquals(tables[0], tables[1]);
  }

  /** With Adam, L2 alone lifts s by about the learning rate per step: figures of a float32 simulation of the official code. */
  @Test
  void thresholdsClimbByTheLearningRate() {
    try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(1, new int[] {1}), 1, 232);
        ThresholdOptimizer optimizer = optimizer(fixture, OptimizerSpec.adam(1e-3).withL2(1e-5), Granularity.FEATURE_DIMENSION, -15)) {
      fixture.table.values().set(0, new float[1]);
      long step = 0;
      fixture.groups.group(0);
      for (double[] passed : new double[][] {{-8, 7487}, {-5, 10924}}) {
        while (optimizer.thresholds().toArray()[0] < passed[0]) {
          optimizer.step(++step, 1, 0);
        }
        assertEquals(passed[1], step, 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void whatIsCutIsZeroAndCounted(Granularity granularity) {
    EmbeddingLayout layout = EmbeddingLayout.uniform(18, new int[] {300, 5, 1500});
    try (TableFixture fixture = new TableFixture(layout, 100, 233)) {
      float[] before = fixture.table.values().toArray();
      try (ThresholdOptimizer optimizer = optimizer(fixture, OptimizerSpec.adam(0.01), granularity, -1)) {
        float[] after = fixture.table.values().toArray();
        double gate = 1 / (1 + Math.exp(1));
        for (int i = 0; i < before.length; i++) {
          assertEquals(Math.signum(before[i]) * Math.max(0, Math.abs(before[i]) - gate), after[i], 1e-6, "entry " + i);
        }
        for (int step = 1; step <= 5; step++) {
          checkCounts(fixture, optimizer);
          fixture.batch(100);
          optimizer.step(step, 1, 100);
        }
        checkCounts(fixture, optimizer);
      }
    }
  }

  private static void checkCounts(TableFixture fixture, ThresholdOptimizer optimizer) {
    float[] values = fixture.table.values().toArray();
    for (int f = 0; f < fixture.layout.fields(); f++) {
      int d = fixture.layout.width(f);
      long entries = 0;
      long occupied = 0;
      long columns = 0;
      for (int r = 0; r < fixture.layout.rows(f); r++) {
        long bits = 0;
        for (int j = 0; j < d; j++) {
          bits |= values[(int) fixture.table.base(f) + r * d + j] == 0 ? 0 : 1L << j;
        }
        entries += Long.bitCount(bits);
        occupied += bits == 0 ? 0 : 1;
        columns |= bits;
      }
      assertEquals(entries, optimizer.entries(f));
      assertEquals(occupied, optimizer.occupiedRows(f));
      assertEquals(Long.bitCount(columns), optimizer.columns(f));
      assertTrue(entries < (long) d * fixture.layout.rows(f));
    }
  }

  @Test
  void stateHoldsValuesThresholdsAndMoments() {
    try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(4, new int[] {10, 3}), 10, 234)) {
      for (Granularity granularity : Granularity.values()) {
        List<String> names = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        try (ThresholdOptimizer optimizer = optimizer(fixture, OptimizerSpec.adam(0.01), granularity, -9)) {
          optimizer.state((name, tensor) -> {
            names.add(name);
            sizes.add(tensor.size());
          });
        }
        assertEquals(
            List.of("optimizer.embedding.value", "optimizer.embedding.1", "optimizer.embedding.2", "optimizer.threshold", "optimizer.threshold.1",
                "optimizer.threshold.2"),
            names);
        long n = List.of(1L, 4L, 13L, 2L, 8L, 52L).get(granularity.ordinal());
        assertEquals(List.of(52L, 52L, 52L, n, n, n), sizes);
      }
    }
  }

  @Test
  void otherRulesAreRefused() {
    try (TableFixture fixture = new TableFixture(EmbeddingLayout.uniform(4, new int[] {10, 3}), 10, 235)) {
      OptimizerSpec sgd = OptimizerSpec.of(OptimizerSpec.Rule.SGD, 0.1, 0);
      assertThrows(ConfigurationException.class, () -> optimizer(fixture, sgd, Granularity.GLOBAL, -9));
    }
  }
}
