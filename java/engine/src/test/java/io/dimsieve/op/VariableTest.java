package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class VariableTest {

  private static Op op() {
    return new Op() {
      @Override
      public void forward(int batch, boolean training) {}

      @Override
      public void backward(int batch) {}
    };
  }

  @Test
  void theLastConsumerWritesAndTheOthersAdd() {
    try (OpFixture fixture = new OpFixture(2, 1, 111)) {
      Variable x = fixture.tape.variable(3);
      Op first = op();
      Op second = op();
      assertEquals(3, x.columns());
      assertSame(x, x.consumedBy(first));
      assertEquals(0, x.accumulates(first));
      x.consumedBy(second);
      assertEquals(1, x.accumulates(first));
      assertEquals(0, x.accumulates(second));
    }
  }
}
