package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.IdCounts;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.optimizer.TwinMask;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrequencyClassesTest {

  @TempDir private Path folder;
  private Dataset dataset;
  private IdCounts counts;

  @BeforeEach
  void count() {
    dataset = new SyntheticRows(3, 20_000, 8, new int[] {5, 300, 4000}, new int[] {4, 8, 8})
        .write(folder.resolve("set"), Split.random(3, 8, 1, 1), Progress.NONE);
    counts = IdCounts.of(dataset, Part.TRAIN);
  }

  @AfterEach
  void close() {
    dataset.close();
  }

  @Test
  void equalCountsShareAClassAndClassesAscendWithCounts() {
    FrequencyClasses classes = new FrequencyClasses(counts, 8, false);
    long rows = 0;
    for (int c = 0; c < classes.count(); c++) {
      rows += classes.size(c);
    }
    assertEquals(classes.rows(), rows);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      int f = random.nextInt(3);
      int a = random.nextInt(counts.rows(f));
      int b = random.nextInt(counts.rows(f));
      int order = Integer.compare(classes.of(f, a), classes.of(f, b));
      if (counts.count(f, a) == counts.count(f, b)) {
        assertEquals(0, order);
      } else {
        assertTrue(order == 0 || order == Long.compare(counts.count(f, a), counts.count(f, b)));
        double ratio = (1.0 + counts.count(f, a)) / (1 + counts.count(f, b));
        assertEquals(order == 0, order == 0 && Math.abs(Math.log(ratio)) <= Math.log(2) / 8 + 1e-9);
      }
    }
  }

  @Test
  void attributesAreStandardizedAndAlphaFollowsFrequency() {
    for (boolean oneHot : new boolean[] {false, true}) {
      FrequencyClasses classes = new FrequencyClasses(counts, 8, oneHot);
      TwinMask.Classes twins = classes.forTwins();
      int inputs = classes.inputs();
      double mean = 0;
      double square = 0;
      for (int c = 0; c < classes.count(); c++) {
        double z = twins.attributes()[c * inputs];
        mean += z * twins.share()[c];
        square += z * z * twins.share()[c];
      }
      assertEquals(0, mean, 1e-4);
      assertEquals(1, square, 1e-3);
      for (int f = 0; f < 3; f++) {
        double within = 0;
        for (int r = 0; r < counts.rows(f); r++) {
          int c = classes.of(f, r);
          within += twins.attributes()[c * inputs + 1] / counts.rows(f);
          assertEquals(1 / (1 + Math.exp(-twins.attributes()[c * inputs + 1])), twins.alpha()[c], 1e-6);
          assertTrue(twins.attributes()[c * inputs + 2] >= 0 && twins.attributes()[c * inputs + 2] <= 1);
          assertEquals(Math.log(counts.rows(f)) / Math.log(4001), twins.attributes()[c * inputs + 3], 1e-6);
          assertTrue(!oneHot || twins.attributes()[c * inputs + 4 + f] == 1);
        }
        assertEquals(0, within, 1e-4);
        for (int c = twins.base()[f] + 1; c < twins.base()[f + 1]; c++) {
          assertTrue(twins.alpha()[c] > twins.alpha()[c - 1]);
          assertTrue(twins.attributes()[c * inputs + 2] < twins.attributes()[(c - 1) * inputs + 2], "the most frequent has rank 0");
        }
      }
    }
  }

  /** Where ids 1, 2, … sort by frequency, lengths along them change no more often than the class does. */
  @Test
  void sortedIdsMakeFewBands() {
    long[] falling = LongStream.rangeClosed(0, 4000).map(r -> r == 0 ? 70 : 1 + 4000 / r).toArray();
    FrequencyClasses classes = new FrequencyClasses(new IdCounts(new long[][] {{3, 5}, falling}), 8, true);
    int bands = 1;
    for (int r = 1; r < falling.length; r++) {
      bands += classes.of(1, r) == classes.of(1, r - 1) ? 0 : 1;
    }
    int inField = classes.forTwins().base()[2] - classes.forTwins().base()[1];
    assertEquals(inField + 1, bands, "one a class, and row 0, which stands for unknown values");
    assertTrue(inField < 80, inField + " classes");
  }

  @Test
  void masksArePrefixesByClassAndBudgetsHold() {
    FrequencyClasses classes = new FrequencyClasses(counts, 8, true);
    SplittableRandom random = new SplittableRandom(2);
    EmbeddingLayout uniform = EmbeddingLayout.uniform(8, dataset.rows());
    for (int i = 0; i < 100; i++) {
      float[] logits = new float[classes.count() * 9];
      for (int j = 0; j < logits.length; j++) {
        logits[j] = (float) random.nextGaussian();
      }
      PrefixLengths lengths = new PrefixLengths(logits, 9, 0);
      Budget budget = new Budget(0.002 + 0.9 * random.nextDouble(), Budget.Unit.values()[i % 3]);
      long limit = budget.limit(uniform);
      double price = lengths.leastPrice(k -> budget.cost(uniform.withRowMasks(classes.masks(k))) <= limit);
      int[] k = lengths.at(price);
      EmbeddingLayout layout = uniform.withRowMasks(classes.masks(k));
      assertTrue(budget.cost(layout) <= limit, budget.toString());
      for (int f = 0; f < 3; f++) {
        for (int r = 0; r < counts.rows(f); r++) {
          assertEquals((1L << k[classes.of(f, r)]) - 1, layout.rowMasks().bits(f, r));
        }
      }
      int[] dearer = lengths.at(price * 1.1);
      assertFalse(Arrays.equals(k, new int[k.length]) && price == 0);
      for (int c = 0; c < k.length; c++) {
        assertTrue(dearer[c] <= k[c]);
      }
    }
  }
}
