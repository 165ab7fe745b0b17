package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

class RowMasksTest {

  private static final long[][] BITS = {{0b101, 0, 0b100}, {0}, {0b11, 0b1}};

  @Test
  void countsAndCopies() {
    long[][] given = {BITS[0].clone(), BITS[1].clone(), BITS[2].clone()};
    RowMasks masks = new RowMasks(given);
    given[0][0] = 0;
    assertEquals(new RowMasks(BITS), masks);
    assertEquals(new RowMasks(BITS).hashCode(), masks.hashCode());
    assertNotEquals(new RowMasks(given), masks);
    assertEquals(3, masks.fields());
    assertEquals(2, masks.rows(2));
    assertEquals(0b100, masks.bits(0, 2));
    assertEquals(3, masks.entries(0));
    assertEquals(6, masks.entries());
  }

  @Test
  void theColumnsOfAFieldAreThoseAnyRowKeeps() {
    EmbeddingLayout layout = EmbeddingLayout.uniform(3, new int[] {3, 1, 2}).withRowMasks(new RowMasks(BITS));
    assertArrayEquals(new int[] {0, 2}, layout.kept(0));
    assertArrayEquals(new int[] {}, layout.kept(1));
    assertArrayEquals(new int[] {0, 1}, layout.kept(2));
    assertEquals(6, layout.parameters());
  }

  @Test
  void allBitsOfTheLargestDimensionCount() {
    EmbeddingLayout layout = EmbeddingLayout.uniform(64, new int[] {2}).withRowMasks(new RowMasks(new long[][] {{-1L, Long.MIN_VALUE}}));
    assertEquals(64, layout.width(0));
    assertEquals(65, layout.parameters());
  }

  @Test
  void masksThatDoNotFitAreRefused() {
    RowMasks masks = new RowMasks(BITS);
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(2, new int[] {3, 1, 2}).withRowMasks(masks));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(65, new int[] {3, 1, 2}).withRowMasks(masks));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(3, new int[] {3, 1, 3}).withRowMasks(masks));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(3, new int[] {3, 1}).withRowMasks(masks));
  }
}
