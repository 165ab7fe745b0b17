package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PrefixLengthsTest {

  /** Gains of 4, 2, 1 and of 3, 3, −1 for one column more. */
  private static final float[] LOGITS = {0, 4, 6, 7, 0, 3, 6, 5};

  @Test
  void aPriceTakesTheColumnsThatGainLess() {
    PrefixLengths lengths = new PrefixLengths(LOGITS, 4, 0);
    assertArrayEquals(new int[] {3, 2}, lengths.at(0));
    assertArrayEquals(new int[] {2, 2}, lengths.at(1.5));
    assertArrayEquals(new int[] {1, 2}, lengths.at(2.5));
    assertArrayEquals(new int[] {1, 0}, lengths.at(3)); // the smallest of equal ones
    assertArrayEquals(new int[] {0, 0}, lengths.at(4));
    assertArrayEquals(new int[] {4, 3}, new PrefixLengths(LOGITS, 4, 1).at(0));
  }

  @Test
  void theLeastPriceThatFitsIsFound() {
    PrefixLengths lengths = new PrefixLengths(LOGITS, 4, 0);
    assertEquals(0, lengths.leastPrice(k -> Arrays.stream(k).sum() <= 5));
    double price = lengths.leastPrice(k -> Arrays.stream(k).sum() <= 3);
    assertEquals(2, price, 1e-9);
    assertArrayEquals(new int[] {1, 2}, lengths.at(price));
    assertEquals(4, lengths.leastPrice(k -> Arrays.stream(k).sum() == 0), 1e-9);
    assertTrue(Double.isNaN(new PrefixLengths(LOGITS, 4, 1).leastPrice(k -> Arrays.stream(k).sum() < 2)));
  }
}
