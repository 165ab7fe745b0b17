package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.NativeException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BiasReluDropoutTest {

  private static double[] layer(double[] x, double[] bias, boolean relu, double[] kept) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      double a = x[i] + bias[i % bias.length];
      y[i] = kept[i] * (relu ? Math.max(a, 0) : a);
    }
    return y;
  }

  /** Moves every input at least 0.01 from the kink of ReLU, where there is no derivative. */
  private static double[] avoidKink(OpFixture fixture, Variable x, double[] bias) {
    float[] values = x.value().toArray();
    for (int i = 0; i < values.length; i++) {
      double a = values[i] + bias[i % bias.length];
      values[i] += (float) (Math.abs(a) < 0.01 ? Math.copySign(0.02, a) : 0);
    }
    x.value().set(0, values);
    return fixture.rows(x.value());
  }

  @ParameterizedTest
  @CsvSource({"1,1,false,0", "5,3,true,0", "33,17,true,0.5", "40,16,true,0.1", "1100,5,true,0.3", "1100,5,false,0"})
  void agreesWithFloat64(int batch, int n, boolean relu, float dropout) {
    try (OpFixture fixture = new OpFixture(batch, 1, 31)) {
      Variable x = fixture.tape.variable(n);
      Weights bias = fixture.tape.weights("bias", 1, n);
      fixture.tape.record(
          new BiasReluDropout(fixture.backend, x, bias, relu, dropout, fixture.tape.seed(), 3, fixture.tape.workspace(n)));
      fixture.tape.seed().set(77, 5);
      double[] b = fixture.fill(bias.value());
      fixture.fill(x.value());
      double[] input = avoidKink(fixture, x, b);
      fixture.fill(x.gradient());
      double[] dy = fixture.rows(x.gradient());
      fixture.tape.forward(batch, true);
      double[] y = fixture.rows(x.value());
      double[] kept = new double[y.length];
      for (int i = 0; i < kept.length; i++) {
        // Where ReLU gives 0 it does not matter what was drawn.
        kept[i] = dropout > 0 && y[i] == 0 ? 0 : 1 / (1 - (double) dropout);
      }
      OpFixture.assertClose("y", layer(input, b, relu, kept), y);
      fixture.tape.backward(batch);
      fixture.assertGradient("dx", v -> layer(v, b, relu, kept), input, dy, fixture.rows(x.gradient()));
      fixture.assertGradient("dbias", v -> layer(input, v, relu, kept), b, dy, OpFixture.doubles(bias.gradient().toArray()));
    }
  }

  private static float[] dropped(OpFixture fixture, Variable x, long step, boolean training) {
    float[] ones = new float[(int) x.value().size()];
    Arrays.fill(ones, 1);
    x.value().set(0, ones);
    fixture.tape.seed().set(1, step);
    fixture.tape.forward(fixture.batch, training);
    return x.value().get(0, (int) (fixture.batch * x.value().columns()));
  }

  @Test
  void dropoutIsRepeatableFreshEachStepAndOffInInference() {
    try (OpFixture fixture = new OpFixture(200, 1, 32)) {
      Variable x = fixture.tape.variable(50);
      Weights bias = fixture.tape.weights("bias", 1, 50);
      fixture.tape.record(
          new BiasReluDropout(fixture.backend, x, bias, true, 0.25f, fixture.tape.seed(), 0, fixture.tape.workspace(50)));
      float[] first = dropped(fixture, x, 1, true);
      assertArrayEquals(first, dropped(fixture, x, 1, true));
      assertFalse(Arrays.equals(first, dropped(fixture, x, 2, true)));
      int zeros = 0;
      for (float y : first) {
        assertTrue(y == 0 || y == 1 / 0.75f, "a kept element is divided by the share kept: " + y);
        zeros += y == 0 ? 1 : 0;
      }
      assertEquals(0.25, zeros / 10_000.0, 0.02, "share dropped of 10000 (a deviation of 4.6 sigma)");
      for (float y : dropped(fixture, x, 3, false)) {
        assertEquals(1, y);
      }
    }
  }

  @Test
  void dropoutWithoutReluIsRefused() {
    try (OpFixture fixture = new OpFixture(2, 1, 33)) {
      Variable x = fixture.tape.variable(2);
      Weights bias = fixture.tape.weights("bias", 1, 2);
      fixture.tape.record(
          new BiasReluDropout(fixture.backend, x, bias, false, 0.5f, fixture.tape.seed(), 0, fixture.tape.workspace(2)));
      assertThrows(NativeException.class, () -> fixture.tape.forward(2, true));
    }
  }
}
