package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticTest {

  @Test
  void meanAndStandardError() {
    Statistic s = Statistic.of(List.of(1.0, 2.0, 6.0));
    assertEquals(3, s.mean());
    assertEquals(Math.sqrt((4 + 1 + 9) / 2.0 / 3), s.error(), 1e-12);
    assertEquals("3.00 ± 1.53", s.toString("%.2f"));
    assertEquals("5.0", Statistic.of(List.of(5.0)).toString("%.1f"));
  }

  @Test
  void belowMeansByMoreThanBothErrors() {
    Statistic good = new Statistic(0.80, 0.003, 3);
    assertTrue(new Statistic(0.794, 0.004, 3).below(good));
    assertFalse(new Statistic(0.796, 0.004, 3).below(good));
    assertFalse(good.below(new Statistic(0.7, 0, 3)));
    assertFalse(Statistic.of(List.of(0.1)).below(good), "one seed says nothing");
  }
}
