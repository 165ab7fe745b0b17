package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.FmInteraction;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.Tensor;

/** {@link FmInteraction}. */
public class FmInteractionBenchmark extends FieldsBenchmark {

  private Variable e;
  private Variable out;

  @Override
  Op op() {
    e = embeddings();
    out = variable(1);
    return new FmInteraction(backend, e, null, dimension, Tensor.floats(backend, arena, batch, dimension), out);
  }

  /** Σ_f e_fj of a row. */
  private double sum(float[] values, int row, int j) {
    double sum = 0;
    for (int f = 0; f < fields; f++) {
      sum += values[row * columns() + f * dimension + j];
    }
    return sum;
  }

  @Override
  void checkForward() {
    float[] x = e.value().toArray();
    FirstAnswer.expect("z", out.value().toArray(), row -> {
      double z = 0;
      for (int j = 0; j < dimension; j++) {
        double sum = sum(x, row, j);
        z += sum * sum / 2;
      }
      for (int c = 0; c < columns(); c++) {
        double one = x[row * columns() + c];
        z -= one * one / 2;
      }
      return z;
    });
  }

  @Override
  void checkBackward() {
    float[] x = e.value().toArray();
    float[] dz = out.gradient().toArray();
    FirstAnswer.expect("de", e.gradient().toArray(), i -> {
      int row = i / columns();
      return dz[row] * (sum(x, row, i % dimension) - x[i]);
    });
  }
}
