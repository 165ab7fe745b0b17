package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OrthogonalRegularityTest {

  private static final double LAMBDA = 0.5;

  private static boolean counts(EmbeddingLayout layout, int f) {
    return layout.width(f) > 1 && layout.rows(f) >= 2 * layout.width(f);
  }

  /** Penalty of a field from its definition, in float64. */
  private static double penalty(EmbeddingLayout layout, double[] values, int base, int f, OrthogonalRegularity.Form form) {
    int d = layout.width(f);
    double[][] gram = new double[d][d];
    for (int r = 0; r < layout.rows(f); r++) {
      for (int j = 0; j < d; j++) {
        for (int k = 0; k < d; k++) {
          gram[j][k] += values[base + r * d + j] * values[base + r * d + k];
        }
      }
    }
    double sum = 0;
    for (int j = 0; j < d; j++) {
      for (int k = 0; k < d; k++) {
        if (form == OrthogonalRegularity.Form.SOFT) {
          sum += Math.pow(gram[j][k] - (j == k ? 1 : 0), 2);
        } else if (j != k) {
          sum += gram[j][k] * gram[j][k] / (gram[j][j] * gram[k][k]);
        }
      }
    }
    return LAMBDA * sum / ((double) d * (d - 1) * layout.fields());
  }

  @ParameterizedTest
  @EnumSource(OrthogonalRegularity.Form.class)
  void penaltyAndRowGradientAreThoseOfTheDefinition(OrthogonalRegularity.Form form) {
    EmbeddingLayout layout =
        new EmbeddingLayout(18, new int[] {30, 4, 60, 3}, new int[][] {{0, 2, 5}, {}, TableFixture.MIXED.kept(2), {1, 2}});
    try (TableFixture fixture = new TableFixture(layout, 64, 211)) {
      OrthogonalRegularity regularity = new OrthogonalRegularity(fixture.backend, fixture.arena, fixture.table, form, LAMBDA, true);
      regularity.refresh();
      regularity.derive();
      float[] floats = fixture.table.values().toArray();
      double[] values = new double[floats.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
      for (int f = 0; f < layout.fields(); f++) {
        double expected = counts(layout, f) ? penalty(layout, values, (int) fixture.table.base(f), f, form) : 0;
        assertEquals(expected, regularity.penalties()[f], 1e-5 * Math.max(1, expected), "field " + f);
      }
      // A step of plain SGD without data gradient moves each touched row by −rate · ∂penalty/∂row.
      int[] batch = fixture.batch(64);
      fixture.gradient.set(0, new float[(int) fixture.gradient.size()]);
      EmbeddingOptimizer optimizer = fixture.optimizer(OptimizerSpec.of(OptimizerSpec.Rule.SGD, 1, 0));
      optimizer.regularity(regularity);
      optimizer.step(1, 1, 64);
      float[] after = fixture.table.values().toArray();
      for (int f = 0; f < layout.fields(); f++) {
        for (int j = 0; j < layout.width(f); j++) {
          int i = fixture.element(batch, 5, f, j);
          double h = 1e-5;
          values[i] = floats[i] + h;
          double above = penalty(layout, values, (int) fixture.table.base(f), f, form);
          values[i] = floats[i] - h;
          double below = penalty(layout, values, (int) fixture.table.base(f), f, form);
          values[i] = floats[i];
          double expected = counts(layout, f) ? (above - below) / (2 * h) : 0;
          assertEquals(expected, floats[i] - after[i], 2e-4 * Math.max(0.01, Math.abs(expected)), "field " + f + " column " + j);
        }
      }
    }
  }

  private static double[] gram(OrthogonalRegularity regularity, TableFixture fixture) {
    return new Tensor(fixture.backend, Tensor.Type.F64, regularity.keptGram(), 1, fixture.table.squares()).toDoubles();
  }

  @ParameterizedTest
  @CsvSource({"SGD,false", "ADAGRAD,false", "ADAM,false", "ADAM,true"})
  void keptGramIsTheRefreshedOneAfterFiftySteps(OptimizerSpec.Rule rule, boolean masked) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 300, 212)) {
      if (masked) {
        Tensor mask = Tensor.floats(fixture.backend, fixture.arena, 1, fixture.layout.columns());
        float[] open = new float[fixture.layout.columns()];
        for (int c = 0; c < open.length; c++) {
          open[c] = c % 4 == 0 ? 0 : 1;
        }
        mask.set(0, open);
        fixture.table.mask(mask);
      }
      OrthogonalRegularity regularity = new OrthogonalRegularity(
          fixture.backend, fixture.arena, fixture.table, OrthogonalRegularity.Form.NORMALIZED, LAMBDA, true);
      EmbeddingOptimizer optimizer = fixture.optimizer(OptimizerSpec.of(rule, 0.01, 1e-4));
      optimizer.regularity(regularity);
      regularity.refresh();
      double[] first = gram(regularity, fixture);
      for (int step = 1; step <= 50; step++) {
        regularity.derive();
        fixture.batch(300);
        optimizer.step(step, 1, 300);
      }
      double[] kept = gram(regularity, fixture);
      regularity.refresh();
      double[] refreshed = gram(regularity, fixture);
      double moved = 0;
      for (int i = 0; i < kept.length; i++) {
        assertEquals(refreshed[i], kept[i], 1e-5 * Math.max(1, Math.abs(refreshed[i])), "entry " + i);
        moved = Math.max(moved, Math.abs(refreshed[i] - first[i]));
      }
      assertTrue(moved > 0.01, "the tables moved");
    }
  }

  @ParameterizedTest
  @EnumSource(OrthogonalRegularity.Form.class)
  void strengthZeroChangesNothing(OrthogonalRegularity.Form form) {
    float[][] after = new float[2][];
    for (int with = 0; with < 2; with++) {
      try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 100, 213)) {
        EmbeddingOptimizer optimizer = fixture.optimizer(OptimizerSpec.adam(0.01));
        if (with == 1) {
          OrthogonalRegularity regularity = new OrthogonalRegularity(fixture.backend, fixture.arena, fixture.table, form, 0, true);
          regularity.refresh();
          regularity.derive();
          optimizer.regularity(regularity);
        }
        fixture.batch(100);
        optimizer.step(1, 1, 100);
        after[with] = fixture.table.values().toArray();
      }
    }
    assertArrayEquals(after[0], after[1]);
  }
}
