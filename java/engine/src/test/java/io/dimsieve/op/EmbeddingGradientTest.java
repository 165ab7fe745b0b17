package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EmbeddingGradientTest {

  @Test
  void knowsItsFormAndWhoseItIs() {
    try (OpFixture fixture = new OpFixture(4, 2, 56)) {
      Tensor matrix = Tensor.floats(fixture.backend, fixture.tape.arena(), 4, 6);
      Tensor one = Tensor.floats(fixture.backend, fixture.tape.arena(), 4, 1);
      EmbeddingGradient entries = EmbeddingGradient.of(matrix);
      assertEquals(0, entries.factorAddress());
      assertEquals(4, entries.capacity());
      assertFalse(entries.isOfTheLogit(6));
      assertTrue(EmbeddingGradient.of(one).isOfTheLogit(2));
      assertFalse(EmbeddingGradient.of(one).isOfTheLogit(1), "one field of one column");
      EmbeddingGradient factors = new EmbeddingGradient(one, one);
      assertEquals(one.address(), factors.factorAddress());
      assertFalse(factors.isOfTheLogit(2), "sums of fields of one column");
    }
  }
}
