package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {

  @Test
  void eachRowOnceAtEverySizeAndWindow() {
    for (long rows : new long[] {0, 1, 5, 1023, 1024, 1025, 5000, 10_240}) {
      for (int window : new int[] {1, 1024, 1025, 4096, 1 << 20}) {
        for (boolean shuffle : new boolean[] {false, true}) {
          long[] order = order(rows, window, 3, shuffle, 2);
          assertEquals(rows, order.length);
          assertArrayEquals(LongStream.range(0, rows).toArray(), shuffle ? Arrays.stream(order).sorted().toArray() : order);
        }
      }
    }
  }

  @Test
  void dependsOnSeedAndEpochOnly() {
    EpochOrder reused = new EpochOrder(9000, 2048, 5, true);
    reused.begin(4);
    reused.begin(1);
    assertArrayEquals(order(9000, 2048, 5, true, 1), visit(reused, 9000));
    assertFalse(Arrays.equals(order(9000, 2048, 5, true, 1), order(9000, 2048, 5, true, 2)));
    assertFalse(Arrays.equals(order(9000, 2048, 5, true, 1), order(9000, 2048, 6, true, 1)));
  }

  @Test
  void everyWindowHasAnOrderOfItsOwn() {
    EpochOrder order = new EpochOrder(1 << 16, 1 << 14, 1, true);
    order.begin(0);
    int[] first = new int[1 << 14];
    int[] second = new int[1 << 14];
    order.order(0, first);
    order.order(1, second);
    assertFalse(Arrays.equals(first, second));
  }

  @Test
  void windowsMixRowsFromEverywhere() {
    long[] order = order(1 << 17, 1 << 14, 1, true, 0);
    double mean = Arrays.stream(order, 0, 1 << 14).average().orElseThrow();
    assertEquals(1 << 16, mean, 1 << 15);
    assertTrue(new EpochOrder(1L << 30, 1 << 14, 1, true).windowRows() == 1 << 14, "bounded by the window, not the rows");
  }

  private static long[] order(long rows, int window, long seed, boolean shuffle, int epoch) {
    EpochOrder order = new EpochOrder(rows, window, seed, shuffle);
    order.begin(epoch);
    return visit(order, rows);
  }

  private static long[] visit(EpochOrder order, long rows) {
    long[] visited = new long[(int) rows];
    int[] inWindow = new int[order.windowRows()];
    int next = 0;
    for (int window = 0; window < order.windows(); window++) {
      order.order(window, inWindow);
      for (int i = 0; i < order.rows(window); i++) {
        int before = 0; // the short last block may stand anywhere in its window
        int b = 0;
        while (inWindow[i] >= before + order.blockRows(order.firstRow(window, b))) {
          before += order.blockRows(order.firstRow(window, b++));
        }
        visited[next++] = order.firstRow(window, b) + inWindow[i] - before;
      }
    }
    assertEquals(rows, next);
    return visited;
  }
}
