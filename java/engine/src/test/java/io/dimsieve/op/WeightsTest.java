package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WeightsTest {

  @Test
  void aParameterHasNoAxisOfEmbeddingColumnsUnlessItSaysSo() {
    assertEquals(EmbeddingAxes.NONE, new Weights("w", null, null).axes());
  }
}
