package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.BiasReluDropout;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.Tensor;
import org.openjdk.jmh.annotations.Param;

/** {@link BiasReluDropout}. It works in place, so values grow from call to call; its time does not depend on them. */
public class BiasReluDropoutBenchmark extends OpBenchmark {

  @Param("400")
  public int units;

  @Param({"0", "0.2"})
  public float dropout;

  private Variable x;
  private Weights bias;
  private float[] before;
  private float[] gradient;

  @Override
  Op op() {
    x = variable(units);
    bias = weights(1, units);
    before = x.value().toArray();
    gradient = x.gradient().toArray();
    Tensor workspace = Tensor.floats(backend, arena, Workspace.chunks(batch, Workspace.ROW_CHUNK), units);
    return new BiasReluDropout(backend, x, bias, true, dropout, Tensor.of(backend, arena, 1L, 1L), 0, workspace);
  }

  /** relu(x + b) / keep, or 0 where it was dropped, which is so for their share. */
  @Override
  void checkForward() {
    float[] b = bias.value().toArray();
    float[] y = x.value().toArray();
    int[] positive = {0, 0};
    for (int i = 0; i < y.length; i++) {
      positive[y[i] > 0 ? 1 : 0] += before[i] + b[i % units] > 0 ? 1 : 0;
    }
    FirstAnswer.expect("y", y, i -> y[i] == 0 && dropout > 0 ? 0 : Math.max(0, (double) before[i] + b[i % units]) / (1 - dropout));
    double share = (double) positive[0] / (positive[0] + positive[1]);
    if (Math.abs(share - dropout) > 0.02) {
      throw new IllegalStateException("a share of " + share + " is dropped, expected " + dropout);
    }
  }

  @Override
  void checkBackward() {
    float[] y = x.value().toArray();
    FirstAnswer.expect("dx", x.gradient().toArray(), i -> dx(y, i));
    FirstAnswer.expect("db", bias.gradient().toArray(), c -> {
      double sum = 0;
      for (int i = c; i < y.length; i += units) {
        sum += dx(y, i);
      }
      return sum;
    });
  }

  private double dx(float[] y, int i) {
    return y[i] > 0 ? gradient[i] / (1.0 - dropout) : 0;
  }
}
