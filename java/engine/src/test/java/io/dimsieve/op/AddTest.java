package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddTest {

  @ParameterizedTest
  @CsvSource({"1,1", "7,5", "1100,3"})
  void addsTheRowsOfTheBatchAndLeavesTheSharedGradient(int batch, int columns) {
    try (OpFixture fixture = new OpFixture(batch, 1, 91)) {
      Variable a = fixture.tape.variable(columns);
      Variable b = fixture.tape.variable(columns);
      Variable out = fixture.tape.variable(columns);
      fixture.tape.record(new Add(fixture.backend, a, b, out));
      fixture.fill(a.value());
      fixture.fill(b.value());
      double[] gradient = fixture.fill(out.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      float[] expected = a.value().toArray();
      float[] other = b.value().toArray();
      float[] actual = out.value().toArray();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(i < batch * columns ? expected[i] + other[i] : 0, actual[i]);
      }
      assertArrayEquals(gradient, OpFixture.doubles(out.gradient().toArray()));
    }
  }
}
