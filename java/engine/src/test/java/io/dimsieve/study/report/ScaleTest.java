package io.dimsieve.study.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {

  @Test
  void ticksAreRoundAndWithin() {
    Scale scale = Scale.of(0.8712, 0.8993, 300, 0, 6);
    assertEquals(List.of("0.875", "0.880", "0.885", "0.890", "0.895"), scale.ticks().stream().map(scale::text).toList());
    assertEquals(300, scale.at(0.8712), 1e-9);
    assertEquals(0, scale.at(0.8993), 1e-9);
    assertEquals(List.of("0", "5", "10"), texts(Scale.of(0, 12, 0, 1, 4)));
    assertEquals(List.of("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"), texts(Scale.of(0, 1, 0, 1, 6)));
  }

  private static List<String> texts(Scale scale) {
    return scale.ticks().stream().map(scale::text).toList();
  }

  @Test
  void oneNumberStillMakesAnAxis() {
    Scale scale = Scale.of(0.7, 0.7, 0, 100, 4);
    assertTrue(scale.high() > scale.low() && !scale.ticks().isEmpty());
  }
}
