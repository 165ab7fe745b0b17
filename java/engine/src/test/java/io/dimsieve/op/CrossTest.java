package io.dimsieve.op;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossTest {

  private static double[] cross(double[] x0, double[] x, double[] y, double[] bias) {
    double[] out = new double[x.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = x0[i] * (y[i] + bias[i % bias.length]) + x[i];
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "5,7", "33,17", "1100,3"})
  void agreesWithFloat64(int batch, int n) {
    try (OpFixture fixture = new OpFixture(batch, 1, 71)) {
      Variable x0 = fixture.tape.variable(n);
      Variable x = fixture.tape.variable(n);
      Variable y = fixture.tape.variable(n);
      Variable out = fixture.tape.variable(n);
      Weights bias = fixture.tape.weights("b", 1, n);
      fixture.tape.record(new Cross(fixture.backend, x0, x, y, bias, fixture.tape.workspace(n), out));
      for (Variable v : new Variable[] {x0, x, y, out}) {
        fixture.fill(v.value());
        fixture.fill(v.gradient());
      }
      double[] b = fixture.fill(bias.value());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] first = fixture.rows(x0.value());
      double[] input = fixture.rows(x.value());
      double[] product = fixture.rows(y.value());
      double[] dout = fixture.rows(out.gradient());
      OpFixture.assertClose("out", cross(first, input, product, b), fixture.rows(out.value()));
      fixture.assertGradient("dx0", v -> cross(v, input, product, b), first, dout, fixture.rows(x0.gradient()));
      fixture.assertGradient("dx", v -> cross(first, v, product, b), input, dout, fixture.rows(x.gradient()));
      fixture.assertGradient("dy", v -> cross(first, input, v, b), product, dout, fixture.rows(y.gradient()));
      fixture.assertGradient("db", v -> cross(first, input, product, v), b, dout, OpFixture.doubles(bias.gradient().toArray()));
    }
  }

  /** In the first layer the input is x0, and the product with the weights reads it too. */
  @Test
  void gradientsOfTheFirstLayerAddUp() {
    int n = 6;
    try (OpFixture fixture = new OpFixture(4, 1, 72)) {
      Variable x = fixture.tape.variable(n);
      Variable y = fixture.tape.variable(n);
      Variable out = fixture.tape.variable(n);
      Weights w = fixture.tape.weights("w", n, n);
      Weights bias = fixture.tape.weights("b", 1, n);
      fixture.tape.record(new MatMul(fixture.backend, x, w, y));
      fixture.tape.record(new Cross(fixture.backend, x, x, y, bias, fixture.tape.workspace(n), out));
      fixture.fill(x.value());
      fixture.fill(x.gradient());
      fixture.fill(out.gradient());
      double[] matrix = fixture.fill(w.value());
      double[] b = fixture.fill(bias.value());
      fixture.tape.forward(4, true);
      fixture.tape.backward(4);
      fixture.assertGradient(
          "dx",
          v -> {
            double[] product = new double[v.length];
            for (int i = 0; i < v.length; i++) {
              for (int k = 0; k < n; k++) {
                product[i] += v[i / n * n + k] * matrix[k * n + i % n];
              }
            }
            return cross(v, v, product, b);
          },
          fixture.rows(x.value()), fixture.rows(out.gradient()), fixture.rows(x.gradient()));
    }
  }
}
