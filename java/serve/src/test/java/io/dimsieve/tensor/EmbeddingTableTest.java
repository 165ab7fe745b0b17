package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import org.junit.jupiter.api.Test;

class EmbeddingTableTest {

  private static long[] numbers(Tensor tensor) {
    long[] numbers = new long[(int) tensor.size()];
    try (Block host = HostAllocator.INSTANCE.allocate(tensor.bytes())) {
      tensor.backend().copyOut(host.address(), tensor.address(), tensor.bytes());
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = tensor.type() == Tensor.Type.I32 ? host.view().getInt(4 * i) : host.view().getLong(8 * i);
      }
    }
    return numbers;
  }

  @Test
  void indexArraysDescribeTheLayout() {
    EmbeddingLayout layout = new EmbeddingLayout(4, new int[] {10, 3, 7}, new int[][] {{1, 3}, {}, {0, 1, 2}});
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = new EmbeddingTable(backend, arena, layout);
      assertEquals(layout, table.layout());
      assertEquals(layout.parameters(), table.values().size());
      assertArrayEquals(new float[41], table.values().toArray());
      assertArrayEquals(new long[] {0, 20, 20}, numbers(table.base()));
      assertEquals(20, table.base(2));
      assertArrayEquals(new long[] {2, 0, 3}, numbers(table.width()));
      assertArrayEquals(new long[] {0, 2, 2}, numbers(table.column()));
      assertArrayEquals(new long[] {10, 3, 7}, numbers(table.rows()));
      assertArrayEquals(new long[] {1, 3, 0, 1, 2}, numbers(table.identity()));
      assertArrayEquals(new long[] {0, 4, 4}, numbers(table.squareBase()));
      assertEquals(13, table.squares());
    }
  }

  @Test
  void rowMasksAreOverTheKeptColumnsAndClearTheRest() {
    RowMasks masks = new RowMasks(new long[][] {{0b1010, 0b0010, 0}, {0b0100}});
    EmbeddingLayout layout = EmbeddingLayout.uniform(4, new int[] {3, 1}).withRowMasks(masks);
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = new EmbeddingTable(backend, arena, layout);
      assertArrayEquals(new long[] {0b11, 0b01, 0, 0b1}, numbers(table.rowMask()));
      assertArrayEquals(new long[] {0, 3, 4}, numbers(table.rowBase()));
      table.values().set(0, new float[] {1, 2, 3, 4, 5, 6, 7});
      table.clearMasked();
      assertArrayEquals(new float[] {1, 2, 3, 0, 0, 0, 7}, table.values().toArray());
      table.rowMask(null);
      assertEquals(0, table.rowMaskAddress());
    }
  }

  @Test
  void maskComesAndGoes() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = new EmbeddingTable(backend, arena, EmbeddingLayout.uniform(2, new int[] {3}));
      assertEquals(0, table.maskAddress());
      Tensor mask = Tensor.floats(backend, arena, 1, 2);
      table.mask(mask);
      assertEquals(mask.address(), table.maskAddress());
      assertEquals(mask, table.mask());
      table.mask(null);
      assertEquals(0, table.maskAddress());
    }
  }
}
