package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrecisionTest {

  @ParameterizedTest
  @EnumSource(Precision.class)
  void namesReadBack(Precision precision) {
    assertSame(precision, Precision.of(precision.toString()));
  }

  @Test
  void unknownNamesAreToldWhatThereIs() {
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Precision.of("F32"));
    assertEquals("unknown precision 'F32': f32, f16 or i8", e.getMessage());
  }

  @Test
  void sizes() {
    assertEquals(4, Precision.F32.bytes());
    assertEquals(2, Precision.F16.bytes());
    assertEquals(1, Precision.I8.bytes());
    assertEquals(4, Precision.I8.scaleBytes());
  }
}
