package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoredBytesTest {

  private static EmbeddingLayout masked(int rows, int dimension, java.util.function.IntToLongFunction bits) {
    long[] words = new long[rows];
    Arrays.setAll(words, bits);
    return EmbeddingLayout.uniform(dimension, new int[] {rows}).withRowMasks(new RowMasks(new long[][] {words}));
  }

  @Test
  void wholeColumnsAreDense() {
    EmbeddingLayout layout = new EmbeddingLayout(4, new int[] {10, 3, 7}, new int[][] {{1, 3}, {}, {0, 1, 2}});
    assertEquals(4 * 41 + 4 * 5 + 8 * 3, StoredBytes.of(layout));
    assertEquals(2 * 41 + 4 * 5 + 8 * 3, StoredBytes.of(layout.withPrecision(Precision.F16)));
    assertEquals(41 + 4 * 5 + 8 * 3 + 4 * 3, StoredBytes.of(layout.withPrecision(Precision.I8)));
    assertEquals(StoredBytes.column(10, Precision.F16) * 2 + 8, StoredBytes.of(layout.withPrecision(Precision.F16), 0));
  }

  @Test
  void prefixesAreBands() {
    // 100 rows of 4, 900 of 1: 1300 entries in two runs.
    EmbeddingLayout layout = masked(1000, 4, r -> r < 100 ? 0b1111 : 0b0001);
    assertEquals(4 * 1300 + 16 * 2 + 4 * 4 + 8, StoredBytes.of(layout));
    assertEquals(1300 + 16 * 2 + 4 * 4 + 8 + 4, StoredBytes.of(layout.withPrecision(Precision.I8)));
  }

  @Test
  void aPrefixCountsAmongTheKeptColumns() {
    EmbeddingLayout layout = masked(1000, 8, r -> r < 100 ? 0b10100100 : 0b00000100);
    assertEquals(4 * 1200 + 16 * 2 + 4 * 3 + 8, StoredBytes.of(layout));
  }

  @Test
  void scatteredEntriesAreSparse() {
    // Every tenth row keeps one entry, never the same column twice running: no prefix.
    EmbeddingLayout layout = masked(1000, 16, r -> r % 10 == 0 ? 1L << r / 10 % 16 : 0);
    assertEquals(12 * 16 + 4 * 101 + 100 * 5 + 4 * 16 + 8, StoredBytes.of(layout));
  }

  @Test
  void denseIsKeptWhereMasksTakeNothing() {
    assertEquals(StoredBytes.of(EmbeddingLayout.uniform(4, new int[] {50})), StoredBytes.of(masked(50, 4, r -> 0b1111)));
  }
}
