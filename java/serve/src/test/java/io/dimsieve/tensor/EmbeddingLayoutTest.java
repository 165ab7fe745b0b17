package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

class EmbeddingLayoutTest {

  private static EmbeddingLayout layout(int dimension, int[] rows, int[]... kept) {
    return new EmbeddingLayout(dimension, rows, kept);
  }

  @Test
  void countsColumnsAndParameters() {
    EmbeddingLayout layout = layout(4, new int[] {10, 3, 7}, new int[] {1, 3}, new int[] {}, new int[] {0, 1, 2, 3});
    assertEquals(3, layout.fields());
    assertEquals(6, layout.columns());
    assertArrayEquals(new int[] {2, 0, 4}, layout.widths());
    assertArrayEquals(new int[] {1, 3, 0, 1, 2, 3}, layout.identity());
    assertEquals(0, layout.column(0));
    assertEquals(2, layout.column(1));
    assertEquals(2, layout.column(2));
    assertEquals(10 * 2 + 7 * 4, layout.parameters());
    assertEquals(80, layout.uniformParameters());
    assertFalse(layout.isUniform());
  }

  @Test
  void uniformKeepsAllAndCountsBeyondTheRangeOfInt() {
    EmbeddingLayout layout = EmbeddingLayout.uniform(1024, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE});
    assertTrue(layout.isUniform());
    assertEquals(2048L * Integer.MAX_VALUE, layout.parameters());
    assertEquals(layout.parameters(), layout.uniformParameters());
  }

  @Test
  void arraysGivenAndTakenAreCopies() {
    int[] rows = {5};
    int[] columns = {0, 1};
    EmbeddingLayout layout = layout(2, rows, columns);
    rows[0] = 9;
    columns[0] = 1;
    layout.kept(0)[0] = 1;
    layout.rows()[0] = 1;
    assertEquals(EmbeddingLayout.uniform(2, new int[] {5}), layout);
  }

  @Test
  void equalityIsByContent() {
    EmbeddingLayout a = layout(4, new int[] {5, 6}, new int[] {0}, new int[] {1, 2});
    EmbeddingLayout b = layout(4, new int[] {5, 6}, new int[] {0}, new int[] {1, 2});
    assertEquals(a, b);
    assertEquals(a.hashCode(), b.hashCode());
    assertNotEquals(a, layout(4, new int[] {5, 6}, new int[] {0}, new int[] {1, 3}));
    assertNotEquals(a, layout(5, new int[] {5, 6}, new int[] {0}, new int[] {1, 2}));
    assertNotEquals(a, layout(4, new int[] {5, 7}, new int[] {0}, new int[] {1, 2}));
    assertNotEquals(a, null);
    assertEquals("D = 4, widths [1, 2]", a.toString());
  }

  @Test
  void rowsAndPrecisionChangeWithoutTouchingColumns() {
    EmbeddingLayout layout = layout(4, new int[] {10, 3}, new int[] {1, 3}, new int[] {2});
    EmbeddingLayout fewer = layout.withRows(new int[] {4, 3}).withPrecision(Precision.I8);
    assertEquals(11, fewer.parameters());
    assertArrayEquals(layout.identity(), fewer.identity());
    assertEquals(Precision.I8, fewer.precision());
    assertNotEquals(layout, layout.withPrecision(Precision.I8));
    assertThrows(ConfigurationException.class, () -> layout.withRows(new int[] {11, 3}));
    assertThrows(ConfigurationException.class, () -> layout.withRows(new int[] {0, 3}));
    EmbeddingLayout masked = layout.withRowMasks(new RowMasks(new long[][] {new long[10], new long[3]}));
    assertNotEquals(layout, masked);
    assertThrows(ConfigurationException.class, () -> masked.withRows(new int[] {4, 3}));
  }

  @Test
  void impossibleLayoutsAreRefused() {
    int[] one = {5};
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(0, one));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(-3, one));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(1025, one));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(4, new int[] {}));
    assertThrows(ConfigurationException.class, () -> EmbeddingLayout.uniform(4, new int[] {0}));
    assertThrows(ConfigurationException.class, () -> layout(4, one));
    for (int[] columns : new int[][] {{4}, {-1}, {1, 1}, {2, 1}}) {
      assertThrows(ConfigurationException.class, () -> layout(4, one, columns));
    }
  }
}
