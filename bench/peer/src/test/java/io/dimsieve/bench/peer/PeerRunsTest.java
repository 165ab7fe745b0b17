package io.dimsieve.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PeerRunsTest {

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertEquals(2.5, PeerRuns.median(4, 1, 3, 2));
    assertEquals(3, PeerRuns.median(9, 1, 3));
  }
}
