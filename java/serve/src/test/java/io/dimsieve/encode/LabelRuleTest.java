package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LabelRuleTest {

  private static int label(LabelRule rule, String raw) {
    byte[] utf8 = raw.getBytes(StandardCharsets.UTF_8);
    return rule.label(utf8, 0, utf8.length);
  }

  @Test
  void binaryTakesZeroAndOneOnly() {
    LabelRule rule = LabelRule.binary("click");
    assertEquals(0, label(rule, "0"));
    assertEquals(1, label(rule, "1"));
    assertEquals(1, label(rule, "1.0"));
    for (String raw : new String[] {"2", "-1", "0.5", "", "NaN", "yes", "ü"}) {
      String message = assertThrows(IllegalArgumentException.class, () -> label(rule, raw)).getMessage();
      assertTrue(message.startsWith("label 'click': '" + raw + "'"), message);
    }
  }

  @Test
  void ratingsAboveThreeArePositiveAndThreeIsDropped() {
    LabelRule rule = new LabelRule("rating", 3.0, 3.0);
    assertEquals(1, label(rule, "4"));
    assertEquals(1, label(rule, "3.5"));
    assertEquals(LabelRule.DROP, label(rule, "3"));
    assertEquals(0, label(rule, "2.5"));
    assertEquals(0, label(new LabelRule("rating", 3.0, null), "3"));
    assertEquals(LabelRule.DROP, label(new LabelRule("click", null, -1.0), "-1"));
  }

  @Test
  void refusesABadRule() {
    assertThrows(ConfigurationException.class, () -> LabelRule.binary(" "));
    assertThrows(ConfigurationException.class, () -> new LabelRule("y", Double.NaN, null));
    assertThrows(ConfigurationException.class, () -> new LabelRule("y", null, Double.POSITIVE_INFINITY));
  }
}
