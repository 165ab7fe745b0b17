package io.dimsieve.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InitializerTest {

  private static Weights weights(Backend backend, Arena arena, String name, int rows, int columns) {
    return new Weights(name, Tensor.floats(backend, arena, rows, columns), null);
  }

  @Test
  void sameSeedAndNameGiveTheSameNumbersAndOthersDoNot() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      Weights a = weights(backend, arena, "mlp.0.weight", 30, 20);
      Weights again = weights(backend, arena, "mlp.0.weight", 30, 20);
      Weights other = weights(backend, arena, "mlp.1.weight", 30, 20);
      Weights reseeded = weights(backend, arena, "mlp.0.weight", 30, 20);
      Initializer initializer = new Initializer(7);
      initializer.glorotUniform(other);
      initializer.glorotUniform(a);
      new Initializer(7).glorotUniform(again);
      new Initializer(8).glorotUniform(reseeded);
      assertArrayEquals(a.value().toArray(), again.value().toArray());
      assertFalse(Arrays.equals(a.value().toArray(), other.value().toArray()));
      assertFalse(Arrays.equals(a.value().toArray(), reseeded.value().toArray()));
    }
  }

  @Test
  void glorotIsUniformWithinItsBound() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      Weights w = weights(backend, arena, "w", 200, 100);
      new Initializer(1).glorotUniform(w);
      double bound = Math.sqrt(6.0 / 300);
      double squares = 0;
      for (float value : w.value().toArray()) {
        assertTrue(Math.abs(value) <= bound);
        squares += value * value;
      }
      assertEquals(bound * bound / 3, squares / 20_000, 0.03 * bound * bound / 3, "variance");
    }
  }

  @Test
  void normalHasItsDeviation() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = new EmbeddingTable(backend, arena, EmbeddingLayout.uniform(8, new int[] {2000, 3000}));
      new Initializer(2).normal("embedding", table, 0.05);
      double sum = 0;
      double squares = 0;
      for (float value : table.values().toArray()) {
        sum += value;
        squares += value * value;
      }
      assertEquals(0, sum / 40_000, 4 * 0.05 / 200);
      assertEquals(0.05, Math.sqrt(squares / 40_000), 0.001);
    }
  }

  @Test
  void aCompactedTableStartsWithTheColumnsItKept() {
    int[] rows = {150_000, 7, 11};
    EmbeddingLayout slim = new EmbeddingLayout(10, rows, new int[][] {{0, 3, 9}, {}, {1, 2, 3, 4, 5, 6, 7}});
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      // More floats than one piece, so that the uniform and the compacted table are filled in different pieces.
      EmbeddingTable full = new EmbeddingTable(backend, arena, EmbeddingLayout.uniform(10, rows));
      EmbeddingTable kept = new EmbeddingTable(backend, arena, slim);
      new Initializer(3).normal("embedding", full, 0.1);
      new Initializer(3).normal("embedding", kept, 0.1);
      float[] all = full.values().toArray();
      float[] some = kept.values().toArray();
      for (int f = 0; f < rows.length; f++) {
        int[] columns = slim.kept(f);
        for (int r = 0; r < rows[f]; r++) {
          for (int j = 0; j < columns.length; j++) {
            float expected = all[(int) full.base(f) + r * 10 + columns[j]];
            if (expected != some[(int) kept.base(f) + r * columns.length + j]) {
              assertEquals(expected, some[(int) kept.base(f) + r * columns.length + j], "field " + f + " row " + r + " column " + columns[j]);
            }
          }
        }
      }
    }
  }

  @Test
  void constantFillsEverything() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      Tensor tensor = Tensor.floats(backend, arena, 2, 2);
      Initializer.constant(tensor, 1.5f);
      assertArrayEquals(new float[] {1.5f, 1.5f, 1.5f, 1.5f}, tensor.toArray());
    }
  }
}
