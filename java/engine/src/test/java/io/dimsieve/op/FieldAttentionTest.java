package io.dimsieve.op;

import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldAttentionTest {

  /** The formula, for x [batch, fields, 4, heads, size]. */
  static double[] attend(double[] x, int fields, int heads, int size) {
    int units = heads * size;
    double[] out = new double[x.length / 4];
    for (int at = 0; at < out.length; at++) {
      int j = at % units;
      int h = j / size;
      int row = at / units / fields * fields;
      int own = at / units;
      double[] score = new double[fields];
      double total = 0;
      for (int g = 0; g < fields; g++) {
        for (int i = h * size; i < (h + 1) * size; i++) {
          score[g] += x[own * 4 * units + i] * x[((row + g) * 4 + 1) * units + i] / Math.sqrt(size);
        }
        total += Math.exp(score[g]);
      }
      out[at] = x[(own * 4 + 3) * units + j];
      for (int g = 0; g < fields; g++) {
        out[at] += Math.exp(score[g]) / total * x[((row + g) * 4 + 2) * units + j];
      }
      out[at] = Math.max(0, out[at]);
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "5,3,2,4", "17,5,1,16", "9,18,3,7"})
  void agreesWithFloat64(int batch, int fields, int heads, int size) {
    try (OpFixture fixture = new OpFixture(batch, fields, 76)) {
      int units = heads * size;
      Variable x = fixture.tape.variable(fields * 4 * units);
      Variable out = fixture.tape.variable(fields * units);
      Tensor weights = Tensor.floats(fixture.backend, fixture.tape.arena(), fixture.tape.capacity(), (long) heads * fields * fields);
      fixture.tape.record(new FieldAttention(fixture.backend, x, fields, heads, size, weights, out));
      fixture.fill(x.value());
      fixture.fill(x.gradient());
      fixture.fill(out.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(x.value());
      OpFixture.assertClose("out", attend(input, fields, heads, size), fixture.rows(out.value()));
      fixture.assertGradient(
          "dx", v -> attend(v, fields, heads, size), input, fixture.rows(out.gradient()), fixture.rows(x.gradient()));
    }
  }
}
