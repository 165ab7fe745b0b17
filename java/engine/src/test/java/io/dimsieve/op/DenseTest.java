package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseTest {

  @ParameterizedTest
  @CsvSource({"1,1,1,false", "5,7,3,true", "33,17,9,true", "64,30,32,false", "1,624,40,true", "7,0,3,true"})
  void isTheProductAndTheBiasOfTheTrainerBitForBit(int batch, int in, int out, boolean relu) {
    try (OpFixture fixture = new OpFixture(batch, 1, 131)) {
      Variable x = fixture.tape.variable(in);
      Variable whole = fixture.tape.variable(out);
      Variable parts = fixture.tape.variable(out);
      Weights w = fixture.tape.weights("w", in, out);
      Weights bias = fixture.tape.weights("bias", 1, out);
      double[] input = fixture.fill(x.value());
      double[] weight = fixture.fill(w.value());
      double[] shift = fixture.fill(bias.value());
      new Dense(fixture.backend, x, w, bias, relu, whole).forward(batch, false);
      new MatMul(fixture.backend, x, w, parts).forward(batch, false);
      new BiasReluDropout(fixture.backend, parts, bias, relu, 0, fixture.tape.ids(), 0, null).forward(batch, false);
      double[] actual = fixture.rows(whole.value());
      assertArrayEquals(fixture.rows(parts.value()), actual);
      for (int b = 0; b < batch; b++) {
        for (int j = 0; j < out; j++) {
          double sum = shift[j];
          for (int i = 0; i < in; i++) {
            sum += input[b * in + i] * weight[i * out + j];
          }
          assertEquals(relu ? Math.max(0, sum) : sum, actual[b * out + j], 1e-4);
        }
      }
    }
  }

  @Test
  void whatAllRowsShareIsComputedOnce() {
    try (OpFixture fixture = new OpFixture(9, 1, 133)) {
      Variable x = fixture.tape.variable(20);
      Variable plain = fixture.tape.variable(6);
      Variable shared = fixture.tape.variable(6);
      Weights w = fixture.tape.weights("w", 20, 6);
      Weights bias = fixture.tape.weights("bias", 1, 6);
      fixture.fill(x.value());
      fixture.fill(w.value());
      fixture.fill(bias.value());
      float[] first = x.value().get(0, 12);
      for (int b = 0; b < 9; b++) {
        x.value().set(20L * b, first);
      }
      Tensor start = Tensor.floats(fixture.backend, fixture.tape.arena(), 1, 6);
      new Dense(fixture.backend, x, w, bias, true, plain).forward(9, false);
      new Dense(fixture.backend, x, w, bias, true, shared, 12, start).forward(9, false);
      assertArrayEquals(fixture.rows(plain.value()), fixture.rows(shared.value()));
    }
  }

  @Test
  void thereIsNoBackward() {
    try (OpFixture fixture = new OpFixture(1, 1, 132)) {
      Variable x = fixture.tape.variable(2);
      Weights w = fixture.tape.weights("w", 2, 2);
      Dense layer = new Dense(fixture.backend, x, w, fixture.tape.weights("bias", 1, 2), true, fixture.tape.variable(2));
      assertThrows(UnsupportedOperationException.class, () -> layer.backward(1));
    }
  }
}
