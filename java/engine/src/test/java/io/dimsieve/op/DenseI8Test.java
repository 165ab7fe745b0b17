package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseI8Test {

  /** The largest magnitude among {@code n} values from {@code first} on, {@code stride} apart. */
  private static double largest(double[] values, int first, int stride, int n) {
    double most = 0;
    for (int i = 0; i < n; i++) {
      most = Math.max(most, Math.abs(values[first + i * stride]));
    }
    return most;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,false,true", "5,7,3,true,true", "33,17,9,true,false", "64,30,32,false,false", "1,624,40,true,true"})
  void isWithinHalfAStepOfEveryEntry(int batch, int in, int out, boolean relu, boolean withBias) {
    try (OpFixture fixture = new OpFixture(batch, 1, 121)) {
      Variable x = fixture.tape.variable(in);
      Variable y = fixture.tape.variable(out);
      Tensor w = Tensor.floats(fixture.backend, fixture.tape.arena(), in, out);
      Weights bias = fixture.tape.weights("bias", 1, out);
      fixture.fill(x.value());
      fixture.fill(y.value());
      double[] weight = fixture.fill(w);
      double[] shift = fixture.fill(bias.value());
      DenseI8 layer = new DenseI8(fixture.backend, fixture.tape.arena(), x, w, withBias ? bias : null, relu, y);
      layer.forward(batch, false);
      double[] input = fixture.rows(x.value());
      double[] actual = fixture.rows(y.value());
      for (int b = 0; b < batch; b++) {
        double half = largest(input, b * in, 1, in) / 253.9;
        for (int j = 0; j < out; j++) {
          double halfOfColumn = largest(weight, j, out, in) / 253.9;
          double sum = withBias ? shift[j] : 0;
          double bound = 1e-5;
          for (int i = 0; i < in; i++) {
            double p = input[b * in + i];
            double v = weight[i * out + j];
            sum += p * v;
            bound += Math.abs(p) * halfOfColumn + Math.abs(v) * half + half * halfOfColumn;
          }
          assertEquals(relu ? Math.max(0, sum) : sum, actual[b * out + j], bound, "row " + b + ", column " + j);
        }
      }
      assertEquals((in + 3) / 4 * 4L * out + 4L * out, layer.bytes());
    }
  }

  @Test
  void aRowAloneIsTheRowAmongOthersAndThereIsNoBackward() {
    try (OpFixture fixture = new OpFixture(40, 1, 122)) {
      Variable x = fixture.tape.variable(50);
      Variable y = fixture.tape.variable(20);
      Tensor w = Tensor.floats(fixture.backend, fixture.tape.arena(), 50, 20);
      fixture.fill(x.value());
      fixture.fill(w);
      DenseI8 layer = new DenseI8(fixture.backend, fixture.tape.arena(), x, w, null, true, y);
      layer.forward(40, false);
      double[] all = fixture.rows(y.value());
      layer.forward(1, false);
      assertArrayEquals(Arrays.copyOf(all, 20), OpFixture.doubles(y.value().get(0, 20)));
      assertThrows(UnsupportedOperationException.class, () -> layer.backward(1));
    }
  }
}
