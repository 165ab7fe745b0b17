package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TensorTypeTest {

  @Test
  void namesEndInTheirBits() {
    for (TensorType type : TensorType.values()) {
      assertEquals(type.bytes() * 8, Integer.parseInt(type.name().substring(1)));
    }
  }
}
