package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.train.TrainSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StudySpecTest {

  private static StudySpec spec(List<String> methods, List<Double> budgets, List<Long> seeds, Map<String, Map<String, String>> settings) {
    return new StudySpec(
        List.of(ModelSpec.of("fm")), methods, budgets, Budget.Unit.BYTES, seeds, 8, TrainSpec.of(1), settings, Retrain.FRESH);
  }

  @Test
  void uniformIsAlwaysCompared() {
    StudySpec spec = spec(List.of("ham", "random"), List.of(0.5, 0.25), List.of(1L, 2L, 3L), Map.of("ham", Map.of("gamma", "0")));
    assertEquals(List.of("ham", "random", "uniform"), spec.methods());
    assertEquals(3 * (1 + 3 * 2), spec.runs());
    assertEquals(Map.of("gamma", "0"), spec.settings("ham"));
    assertEquals(Map.of(), spec.settings("random"));
    assertEquals(List.of(new Budget(0.5, Budget.Unit.BYTES), new Budget(0.25, Budget.Unit.BYTES)), spec.budgets());
  }

  @Test
  void whatCannotWorkIsRefused() {
    assertThrows(ConfigurationException.class, () -> spec(List.of("magic"), List.of(0.5), List.of(1L), Map.of()));
    assertThrows(ConfigurationException.class, () -> spec(List.of("ham", "ham"), List.of(0.5), List.of(1L), Map.of()));
    assertThrows(ConfigurationException.class, () -> spec(List.of("ham"), List.of(1.5), List.of(1L), Map.of()));
    assertThrows(ConfigurationException.class, () -> spec(List.of("ham"), List.of(), List.of(1L), Map.of()));
    assertThrows(ConfigurationException.class, () -> spec(List.of("ham"), List.of(0.5), List.of(1L, 1L), Map.of()));
    assertThrows(ConfigurationException.class, () -> spec(List.of("random"), List.of(0.5), List.of(1L), Map.of("ham", Map.of("gamma", "0"))));
    assertEquals(Retrain.INHERIT, Retrain.of("inherit"));
    assertTrue(assertThrows(ConfigurationException.class, () -> Retrain.of("never")).getMessage().contains("fresh or inherit"));
  }
}
