package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EmbeddingAxesTest {

  @Test
  void flagsAndNamesAgree() {
    for (EmbeddingAxes axes : EmbeddingAxes.values()) {
      assertEquals(axes, EmbeddingAxes.of(axes.rows(), axes.columns()));
    }
    assertEquals(EmbeddingAxes.ROWS, EmbeddingAxes.of(true, false));
  }
}
