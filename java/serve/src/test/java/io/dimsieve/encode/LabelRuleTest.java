package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

final class LabelRuleTest {

  @Test
  void binaryTakesZeroAndOneOnly() {
    LabelRule rule = LabelRule.binary("click");
    assertEquals(0, rule.label("0"));
    assertEquals(1, rule.label("1"));
    assertEquals(1, rule.label("1.0"));
    for (String raw : new String[] {"2", "-1", "0.5", "", "NaN", "yes", null}) {
      String message = assertThrows(IllegalArgumentException.class, () -> rule.label(raw)).getMessage();
      assertTrue(message.startsWith("label 'click': '" + (raw == null ? "" : raw) + "'"), message);
    }
  }

  @Test
  void ratingsAboveThreeArePositiveAndThreeIsDropped() {
    LabelRule rule = new LabelRule("rating", 3.0, 3.0);
    assertEquals(1, rule.label("4"));
    assertEquals(1, rule.label("3.5"));
    assertEquals(LabelRule.DROP, rule.label("3"));
    assertEquals(0, rule.label("2.5"));
    assertEquals(0, new LabelRule("rating", 3.0, null).label("3"));
    assertEquals(LabelRule.DROP, new LabelRule("click", null, -1.0).label("-1"));
  }

  @Test
  void refusesABadRule() {
    assertThrows(ConfigurationException.class, () -> LabelRule.binary(" "));
    assertThrows(ConfigurationException.class, () -> new LabelRule("y", Double.NaN, null));
    assertThrows(ConfigurationException.class, () -> new LabelRule("y", null, Double.POSITIVE_INFINITY));
  }
}
