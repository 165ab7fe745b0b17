package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EntrySelectionTest {

  private static final EmbeddingLayout UNIFORM = EmbeddingLayout.uniform(4, new int[] {200, 30});

  private static float[][] random(long seed, int levels) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] magnitudes = new float[2][];
    for (int f = 0; f < 2; f++) {
      magnitudes[f] = new float[4 * UNIFORM.rows(f)];
      for (int i = 0; i < magnitudes[f].length; i++) {
        magnitudes[f][i] = (float) random.nextInt(levels) / levels;
      }
    }
    return magnitudes;
  }

  @Test
  void theLargestAreKeptAndEveryFloatOfTheBudgetIsUsed() {
    float[][] magnitudes = random(1, 1 << 20);
    for (double share : new double[] {0.01, 0.5, 0.999}) {
      Budget budget = new Budget(share, Budget.Unit.PARAMETERS);
      EmbeddingLayout layout = EntrySelection.select(UNIFORM, magnitudes, budget);
      assertEquals(budget.limit(UNIFORM), layout.parameters());
      float least = Float.MAX_VALUE;
      float most = 0;
      for (int f = 0; f < 2; f++) {
        for (int i = 0; i < magnitudes[f].length; i++) {
          if ((layout.rowMasks().bits(f, i / 4) >>> i % 4 & 1) == 1) {
            least = Math.min(least, magnitudes[f][i]);
          } else {
            most = Math.max(most, magnitudes[f][i]);
          }
        }
      }
      assertTrue(least >= most);
    }
  }

  @Test
  void tiesGoToTheFirstAndZerosAreNeverKept() {
    float[][] magnitudes = random(2, 3);
    Budget budget = new Budget(0.5, Budget.Unit.PARAMETERS);
    EmbeddingLayout layout = EntrySelection.select(UNIFORM, magnitudes, budget);
    assertEquals(460, layout.parameters());
    EmbeddingLayout all = EntrySelection.select(UNIFORM, magnitudes, new Budget(1, Budget.Unit.PARAMETERS));
    assertEquals(EntrySelection.nonZero(UNIFORM, magnitudes), all);
    assertTrue(all.parameters() < 920 * 0.75);
  }

  @Test
  void bytesAreNeverExceeded() {
    for (int i = 1; i <= 100; i++) {
      Budget budget = new Budget(i / 100.0, Budget.Unit.BYTES);
      EmbeddingLayout layout = EntrySelection.select(UNIFORM, random(i, i % 2 == 0 ? 5 : 1 << 20), budget);
      assertTrue(budget.cost(layout) <= budget.limit(UNIFORM), budget.toString());
    }
    assertThrows(
        ConfigurationException.class, () -> EntrySelection.select(UNIFORM, random(1, 5), new Budget(1e-4, Budget.Unit.BYTES)));
  }

  @Test
  void leastLeavesNoMoreThanAsked() {
    for (int levels : new int[] {3, 50, 1 << 20}) {
      float[][] magnitudes = random(7, levels);
      for (long keep : new long[] {0, 1, 100, 500, 919, 920, 5000}) {
        int least = EntrySelection.least(magnitudes, keep);
        long reached = 0;
        long next = 0;
        for (float[] field : magnitudes) {
          for (float value : field) {
            reached += Float.floatToIntBits(value) >= least ? 1 : 0;
            next += Float.floatToIntBits(value) >= least - 1 ? 1 : 0;
          }
        }
        assertTrue(reached <= keep, reached + " of " + keep);
        assertTrue(least == 1 || next > keep, "one more level would have fitted: " + next + " of " + keep);
      }
    }
  }
}
