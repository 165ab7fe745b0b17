package io.dimsieve.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

class ArchitecturesTest {

  @Test
  void everyModelIsFoundByItsNameAndDescribedInOneLine() {
    for (Architecture architecture : Architectures.all()) {
      assertSame(architecture, Architectures.of(architecture.name()));
      assertTrue(architecture.name().matches("[a-z][a-z0-9-]*"), architecture.name());
      assertEquals(1, architecture.summary().lines().count());
      assertFalse(architecture.summary().isBlank());
    }
    assertEquals(Architectures.all().size(), Architectures.all().stream().map(Architecture::name).distinct().count());
  }

  @Test
  void unknownNameListsTheKnownOnes() {
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Architectures.of("bert"));
    assertTrue(e.getMessage().startsWith("unknown model 'bert': "), e.getMessage());
    Architectures.all().forEach(architecture -> assertTrue(e.getMessage().contains(architecture.name()), e.getMessage()));
  }
}
