package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.NativeException;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchGroupsTest {

  private static int[] ints(TableFixture fixture, long address, int n) {
    int[] values = new int[n];
    try (Block host = HostAllocator.INSTANCE.allocate(4L * n)) {
      fixture.backend.copyOut(host.address(), address, host.bytes());
      for (int i = 0; i < n; i++) {
        values[i] = host.view().getInt(4 * i);
      }
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 999, 1000})
  void sumsOverGroupsAreSumsOverTheBatch(int rows) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 1000, 231)) {
      int[] batch = fixture.batch(rows);
      int[] counts = ints(fixture, fixture.groups.counts(), 4);
      for (int f = 0; f < 4; f++) {
        TreeMap<Integer, Integer> occurrences = new TreeMap<>();
        for (int b = 0; b < rows; b++) {
          occurrences.merge(batch[4 * b + f], 1, Integer::sum);
        }
        assertEquals(occurrences.size(), counts[f], "distinct ids of field " + f);
      }
      // Plain SGD with gradient −1 everywhere adds to each row how often it occurs.
      fixture.table.values().set(0, new float[(int) fixture.layout.parameters()]);
      float[] ones = new float[(int) fixture.gradient.size()];
      java.util.Arrays.fill(ones, -1);
      fixture.gradient.set(0, ones);
      fixture.optimizer(OptimizerSpec.of(OptimizerSpec.Rule.SGD, 1, 0)).step(1, 1, rows);
      float[] expected = new float[(int) fixture.layout.parameters()];
      for (int b = 0; b < rows; b++) {
        for (int f = 0; f < 4; f++) {
          for (int j = 0; j < fixture.layout.width(f); j++) {
            expected[fixture.element(batch, b, f, j)]++;
          }
        }
      }
      org.junit.jupiter.api.Assertions.assertArrayEquals(expected, fixture.table.values().toArray());
    }
  }

  @Test
  void idsOutsideTheirTableAreRefused() {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 2, 232)) {
      for (int[] ids : new int[][] {{0, 0, 0, 0, 0, 5, 0, 0}, {0, 0, 0, -1, 0, 0, 0, 0}}) {
        fixture.setIds(ids);
        assertThrows(NativeException.class, () -> fixture.groups.group(2));
      }
    }
  }
}
