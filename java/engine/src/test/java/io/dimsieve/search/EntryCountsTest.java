package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.RowMasks;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EntryCountsTest {

  static void assertWithin(SearchTask task, DimensionPlan plan) {
    long cost = plan.budget().cost(plan.layout());
    assertTrue(cost <= plan.budget().limit(task.uniform()), plan.budget() + " costs " + cost);
  }

  /** Counts cost what the masks cost that they come from; scattered entries form no bands. */
  @Test
  void countsCostWhatMasksCost() {
    SplittableRandom random = new SplittableRandom(9);
    EmbeddingLayout uniform = EmbeddingLayout.uniform(8, new int[] {1000, 70, 1});
    for (double share : new double[] {0, 0.02, 0.3, 0.9}) {
      long[][] masks = new long[3][];
      EntryCounts counts = new EntryCounts(3);
      for (int f = 0; f < 3; f++) {
        masks[f] = new long[uniform.rows(f)];
        long any = 0;
        for (int r = 0; r < masks[f].length; r++) {
          for (int j = 0; j < 8; j++) {
            masks[f][r] |= random.nextDouble() < share ? 1L << j : 0;
          }
          counts.entries()[f] += Long.bitCount(masks[f][r]);
          counts.occupied()[f] += masks[f][r] == 0 ? 0 : 1;
          any |= masks[f][r];
        }
        counts.columns()[f] = Long.bitCount(any);
      }
      EmbeddingLayout layout = uniform.withRowMasks(new RowMasks(masks));
      for (Budget.Unit unit : new Budget.Unit[] {Budget.Unit.BYTES, Budget.Unit.PARAMETERS}) {
        assertEquals(new Budget(1, unit).cost(layout), counts.cost(uniform, unit), unit + " at " + share);
      }
    }
  }
}
