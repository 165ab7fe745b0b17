package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.MatMul;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import org.openjdk.jmh.annotations.Param;

/** {@link MatMul} as in training: the first layer of a DeepFM. */
public class MatMulBenchmark extends FieldsBenchmark {

  @Param("400")
  public int units;

  private Variable x;
  private Weights w;
  private Variable out;

  @Override
  Op op() {
    x = embeddings();
    w = weights(columns(), units);
    out = variable(units);
    return new MatMul(backend, x, w, out);
  }

  @Override
  void checkForward() {
    float[] input = x.value().toArray();
    float[] matrix = w.value().toArray();
    FirstAnswer.expect("y", out.value().toArray(), i -> product(columns(), input, i / units * columns(), 1, matrix, i % units, units));
  }

  @Override
  void checkBackward() {
    float[] input = x.value().toArray();
    float[] matrix = w.value().toArray();
    float[] dy = out.gradient().toArray();
    FirstAnswer.expect("dw", w.gradient().toArray(), i -> product(batch, input, i / units, columns(), dy, i % units, units));
    FirstAnswer.expect("dx", x.gradient().toArray(), i -> product(units, dy, i / columns() * units, 1, matrix, i % columns() * units, 1));
  }

  /** Σ_k a[at + k · step] b[...]. */
  private static double product(int n, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      sum += (double) a[aAt + k * aStep] * b[bAt + k * bStep];
    }
    return sum;
  }
}
