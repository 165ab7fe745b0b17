package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.FieldAttention;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.Tensor;
import org.openjdk.jmh.annotations.Param;

/** {@link FieldAttention}, without the product before it. */
public class FieldAttentionBenchmark extends OpBenchmark {

  private static final int SAMPLES = 50; // of derivatives: each takes two passes over a row
  private static final double STEP = 1e-5;

  @Param("39")
  public int fields;

  @Param("2")
  public int heads;

  @Param("16")
  public int size;

  private Variable x;
  private Variable out;

  @Override
  Op op() {
    x = variable(fields * 4 * units());
    out = variable(fields * units());
    return new FieldAttention(backend, x, fields, heads, size, Tensor.floats(backend, arena, batch, heads * fields * fields), out);
  }

  private int units() {
    return heads * size;
  }

  /** An element of query (0), key (1), value (2) or residual (3). */
  private double part(double[] row, int field, int which, int unit) {
    return row[(4 * field + which) * units() + unit];
  }

  /** One row of the output: [fields · units]. */
  private double[] forward(double[] row) {
    double[] result = new double[fields * units()];
    double[] weight = new double[fields];
    for (int head = 0; head < heads; head++) {
      for (int f = 0; f < fields; f++) {
        double total = 0;
        for (int g = 0; g < fields; g++) {
          double score = 0;
          for (int u = head * size; u < (head + 1) * size; u++) {
            score += part(row, f, 0, u) * part(row, g, 1, u);
          }
          weight[g] = Math.exp(score / Math.sqrt(size));
          total += weight[g];
        }
        for (int u = head * size; u < (head + 1) * size; u++) {
          double sum = part(row, f, 3, u);
          for (int g = 0; g < fields; g++) {
            sum += weight[g] / total * part(row, g, 2, u);
          }
          result[f * units() + u] = Math.max(0, sum);
        }
      }
    }
    return result;
  }

  private double[] row(int row) {
    float[] values = x.value().get((long) row * x.columns(), x.columns());
    double[] exact = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      exact[i] = values[i];
    }
    return exact;
  }

  @Override
  void checkForward() {
    for (int row : new int[] {0, batch / 2, batch - 1}) {
      double[] expected = forward(row(row));
      FirstAnswer.expect("out of row " + row, out.value().get((long) row * out.columns(), out.columns()), i -> expected[i]);
    }
  }

  /** Compares with the central difference of Σ dout out. */
  @Override
  void checkBackward() {
    int row = batch - 1;
    double[] values = row(row);
    float[] dout = out.gradient().get((long) row * out.columns(), out.columns());
    float[] dx = x.gradient().get((long) row * x.columns(), x.columns());
    int apart = Math.max(1, dx.length / SAMPLES);
    FirstAnswer.expect("dx", dx.length / apart, i -> dx[i * apart], i -> {
      double above = loss(values, i * apart, STEP, dout);
      return (above - loss(values, i * apart, -STEP, dout)) / (2 * STEP);
    });
  }

  private double loss(double[] row, int i, double change, float[] dout) {
    double[] moved = row.clone();
    moved[i] += change;
    double[] result = forward(moved);
    double loss = 0;
    for (int k = 0; k < dout.length; k++) {
      loss += dout[k] * result[k];
    }
    return loss;
  }
}
