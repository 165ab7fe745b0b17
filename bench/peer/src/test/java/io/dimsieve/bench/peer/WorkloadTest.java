package io.dimsieve.bench.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WorkloadTest {

  @Test
  void everyProcessGetsTheSame() {
    Workload one = Workload.of(1000);
    Workload other = Workload.of(1000);
    assertArrayEquals(one.ids(), other.ids());
    assertArrayEquals(one.labels(), other.labels());
    assertArrayEquals(one.upstream(), other.upstream());
    assertArrayEquals(one.weights(8).array("mlp.0.weight"), other.weights(8).array("mlp.0.weight"));
  }

  /** log(2) / log(1001) of the ids are 0. */
  @Test
  void idsAreOfTheTablesAndMostlyTheFirst() {
    int[] ids = Workload.of(1000).ids()[0];
    assertTrue(Arrays.stream(ids).allMatch(id -> id >= 0 && id < 1000));
    assertEquals(Math.log(2) / Math.log(1001), Arrays.stream(ids).filter(id -> id == 0).count() / (double) ids.length, 0.005);
  }

  @Test
  void halfOfTheColumnsAreClosed() {
    float[] mask = Workload.of(1000).mask();
    int open = 0;
    for (float m : mask) {
      open += m == 1 ? 1 : 0;
    }
    assertEquals(mask.length / 2, open);
  }
}
