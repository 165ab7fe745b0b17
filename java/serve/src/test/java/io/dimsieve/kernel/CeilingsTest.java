package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class CeilingsTest {

  @Test
  void everyCeilingIsMeasured() {
    try (Backend backend = Backend.cpu(2)) {
      Ceilings c = Ceilings.measure(backend);
      assertTrue(DoubleStream.of(c.read(), c.copy(), c.triad(), c.rows(), c.flops(), c.fork()).allMatch(x -> x > 0 && Double.isFinite(x)), c.toString());
    }
  }

  @Test
  void workTakesAsLongAsItsTighterCeilingAllows() {
    Ceilings c = new Ceilings(20, 10, 15, 5, 100, 1);
    assertEquals(3, c.seconds(30, 10));
    assertEquals(7, c.seconds(30, 700));
  }
}
