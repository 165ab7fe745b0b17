package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ColumnSelectionTest {

  private static int[] rows(SplittableRandom random, int fields) {
    int[] rows = new int[fields];
    Arrays.setAll(rows, f -> 1 + (int) Math.exp(random.nextDouble() * 14));
    return rows;
  }

  @Test
  void neverExceedsAnyBudgetAndWastesLessThanAColumn() {
    SplittableRandom random = new SplittableRandom(301);
    for (int trial = 0; trial < 100; trial++) {
      EmbeddingLayout uniform = EmbeddingLayout.uniform(1 + random.nextInt(32), rows(random, 1 + random.nextInt(30)));
      double[] scores = random.doubles((long) uniform.fields() * uniform.dimension()).toArray();
      for (Budget.Unit unit : Budget.Unit.values()) {
        Budget budget = new Budget(Math.pow(random.nextDouble(), 3) * 0.999 + 0.001, unit);
        EmbeddingLayout chosen = ColumnSelection.select(uniform, scores, budget);
        long floor = unit == Budget.Unit.BYTES ? 8L * uniform.fields() : 0;
        assertTrue(budget.cost(chosen) <= Math.max(budget.limit(uniform), floor), "trial " + trial + ": " + budget);
        for (int f = 0; f < uniform.fields(); f++) {
          boolean room = budget.cost(chosen) + budget.columnCost(uniform, f) <= budget.limit(uniform);
          assertTrue(!room || chosen.width(f) == uniform.dimension(), "trial " + trial + ": field " + f + " had room");
        }
      }
    }
  }

  @Test
  void keepsTheHighestScoresOfEqualTables() {
    EmbeddingLayout uniform = EmbeddingLayout.uniform(3, new int[] {5, 5});
    double[] scores = {0.1, 0.9, 0.3, 0.8, -1, 0.2};
    EmbeddingLayout chosen = ColumnSelection.select(uniform, scores, new Budget(0.5, Budget.Unit.PARAMETERS));
    assertArrayEquals(new int[] {1, 2}, chosen.kept(0));
    assertArrayEquals(new int[] {0}, chosen.kept(1));
  }

  @Test
  void tiesGoToTheLowerFieldAndColumnAndNoNumberComesLast() {
    EmbeddingLayout uniform = EmbeddingLayout.uniform(2, new int[] {5, 5, 5});
    double[] equal = new double[6];
    assertEquals(
        new EmbeddingLayout(2, uniform.rows(), new int[][] {{0, 1}, {0}, {}}),
        ColumnSelection.select(uniform, equal, new Budget(0.5, Budget.Unit.DIMENSIONS)));
    double[] withNaN = {Double.NaN, -1, -2, Double.NEGATIVE_INFINITY, -3, Double.NaN};
    assertEquals(
        new EmbeddingLayout(2, uniform.rows(), new int[][] {{1}, {0}, {0}}),
        ColumnSelection.select(uniform, withNaN, new Budget(0.5, Budget.Unit.DIMENSIONS)));
  }

  @Test
  void skipsWhatNoLongerFitsAndGoesOn() {
    EmbeddingLayout uniform = EmbeddingLayout.uniform(1, new int[] {60, 50, 40});
    EmbeddingLayout chosen = ColumnSelection.select(uniform, new double[] {3, 2, 1}, new Budget(100.0 / 150, Budget.Unit.PARAMETERS));
    assertArrayEquals(new int[] {1, 0, 1}, chosen.widths());
  }

  @Test
  void theWholeBudgetKeepsEverything() {
    SplittableRandom random = new SplittableRandom(302);
    EmbeddingLayout uniform = EmbeddingLayout.uniform(7, rows(random, 9));
    for (Budget.Unit unit : Budget.Unit.values()) {
      assertEquals(uniform, ColumnSelection.select(uniform, random.doubles(63).toArray(), new Budget(1, unit)));
    }
  }
}
