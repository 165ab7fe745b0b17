package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatMulTest {

  private static double[] product(double[] x, double[] w, int batch, int in, int out) {
    double[] y = new double[batch * out];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < in; i++) {
        for (int j = 0; j < out; j++) {
          y[b * out + j] += x[b * in + i] * w[i * out + j];
        }
      }
    }
    return y;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "5,7,3", "33,17,9", "64,16,32", "1100,3,5", "5000,3,5", "2048,40,33"})
  void agreesWithFloat64(int batch, int in, int out) {
    try (OpFixture fixture = new OpFixture(batch, 1, 21)) {
      Variable x = fixture.tape.variable(in);
      Variable y = fixture.tape.variable(out);
      Weights w = fixture.tape.weights("w", in, out);
      fixture.tape.record(new MatMul(fixture.backend, x, w, y));
      fixture.fill(x.value());
      double[] weight = fixture.fill(w.value());
      fixture.fill(y.gradient());
      fixture.fill(x.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(x.value());
      double[] dy = fixture.rows(y.gradient());
      OpFixture.assertClose("y", product(input, weight, batch, in, out), fixture.rows(y.value()));
      fixture.assertGradient("dx", v -> product(v, weight, batch, in, out), input, dy, fixture.rows(x.gradient()));
      fixture.assertGradient("dw", v -> product(input, v, batch, in, out), weight, dy, OpFixture.doubles(w.gradient().toArray()));
    }
  }

  /** A row alone has the bits that it has among others, and those of float sums along the columns. */
  @ParameterizedTest
  @CsvSource({"1,7,3", "40,17,9", "130,64,33"})
  void outsideTrainingTheBatchChangesNoBit(int batch, int in, int out) {
    try (OpFixture fixture = new OpFixture(batch, 1, 24)) {
      Variable x = fixture.tape.variable(in);
      Variable y = fixture.tape.variable(out);
      Weights w = fixture.tape.weights("w", in, out);
      MatMul product = new MatMul(fixture.backend, x, w, y);
      fixture.fill(x.value());
      fixture.fill(w.value());
      float[] input = x.value().get(0, batch * in);
      float[] weight = w.value().toArray();
      product.forward(batch, false);
      float[] all = y.value().get(0, batch * out);
      for (int i = 0; i < all.length; i++) {
        float sum = 0;
        for (int k = 0; k < in; k++) {
          sum += input[i / out * in + k] * weight[k * out + i % out];
        }
        assertEquals(sum, all[i]);
      }
      product.forward(1, false);
      assertArrayEquals(Arrays.copyOf(all, out), y.value().get(0, out));
    }
  }

  /** A row of several parts is several rows. */
  @ParameterizedTest
  @CsvSource({"1,1,1,1", "5,3,7,2", "33,4,16,9"})
  void everyPartOfARowIsARow(int batch, int parts, int in, int out) {
    try (OpFixture fixture = new OpFixture(batch, 1, 23)) {
      Variable x = fixture.tape.variable(parts * in);
      Variable y = fixture.tape.variable(parts * out);
      Weights w = fixture.tape.weights("w", in, out);
      fixture.tape.record(new MatMul(fixture.backend, x, w, y));
      fixture.fill(x.value());
      double[] weight = fixture.fill(w.value());
      fixture.fill(y.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(x.value());
      double[] dy = fixture.rows(y.gradient());
      int rows = batch * parts;
      double[] trained = fixture.rows(y.value());
      fixture.tape.forward(batch, false);
      OpFixture.assertClose("y outside training", trained, fixture.rows(y.value()));
      OpFixture.assertClose("y", product(input, weight, rows, in, out), fixture.rows(y.value()));
      fixture.assertGradient("dx", v -> product(v, weight, rows, in, out), input, dy, fixture.rows(x.gradient()));
      fixture.assertGradient("dw", v -> product(input, v, rows, in, out), weight, dy, OpFixture.doubles(w.gradient().toArray()));
    }
  }

  @Test
  void gradientsOfTwoConsumersAddUp() {
    try (OpFixture fixture = new OpFixture(6, 1, 22)) {
      Variable x = fixture.tape.variable(4);
      Variable y1 = fixture.tape.variable(3);
      Variable y2 = fixture.tape.variable(5);
      Weights w1 = fixture.tape.weights("w1", 4, 3);
      Weights w2 = fixture.tape.weights("w2", 4, 5);
      fixture.tape.record(new MatMul(fixture.backend, x, w1, y1));
      fixture.tape.record(new MatMul(fixture.backend, x, w2, y2));
      fixture.fill(x.value());
      double[] a = fixture.fill(w1.value());
      double[] b = fixture.fill(w2.value());
      fixture.fill(y1.gradient());
      fixture.fill(y2.gradient());
      fixture.fill(x.gradient());
      fixture.tape.forward(6, true);
      fixture.tape.backward(6);
      double[] dy1 = fixture.rows(y1.gradient());
      double[] dy2 = fixture.rows(y2.gradient());
      double[] weight = java.util.stream.DoubleStream.concat(java.util.Arrays.stream(dy1), java.util.Arrays.stream(dy2)).toArray();
      fixture.assertGradient(
          "dx",
          v -> java.util.stream.DoubleStream.concat(
              java.util.Arrays.stream(product(v, a, 6, 4, 3)), java.util.Arrays.stream(product(v, b, 6, 4, 5))).toArray(),
          fixture.rows(x.value()), weight, fixture.rows(x.gradient()));
    }
  }

  @Test
  void anInputThatDoesNotLearnGetsNoGradient() {
    try (OpFixture fixture = new OpFixture(4, 1, 23)) {
      Variable x = new Variable(fixture.tape.variable(2).value(), null);
      Variable y = fixture.tape.variable(2);
      Weights w = fixture.tape.weights("w", 2, 2);
      fixture.tape.record(new MatMul(fixture.backend, x, w, y));
      fixture.fill(y.gradient());
      fixture.tape.forward(4, true);
      fixture.tape.backward(4);
      assertArrayEquals(new float[4], w.gradient().toArray());
    }
  }
}
