package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.Tensor;
import java.util.function.IntToDoubleFunction;
import org.openjdk.jmh.annotations.Param;

/** {@link BatchNorm} with the batch's own statistics. */
public class BatchNormBenchmark extends OpBenchmark {

  @Param("400")
  public int units;

  private Variable x;
  private Variable out;
  private Weights gamma;
  private Weights beta;
  private double[] mean;
  private double[] deviation;

  @Override
  Op op() {
    x = variable(units);
    out = variable(units);
    gamma = weights(1, units);
    beta = weights(1, units);
    float[] input = x.value().toArray();
    mean = means(i -> input[i]);
    deviation = means(i -> (input[i] - mean[i % units]) * (input[i] - mean[i % units]));
    for (int c = 0; c < units; c++) {
      deviation[c] = Math.sqrt(deviation[c] + BatchNorm.EPSILON);
    }
    return new BatchNorm(
        backend, x, gamma, beta, random(1, units), random(1, units), random(1, units), random(1, units),
        Tensor.floats(backend, arena, 2 * Workspace.chunks(batch, Workspace.ROW_CHUNK), units), out);
  }

  /** The mean of each column. */
  private double[] means(IntToDoubleFunction element) {
    double[] means = new double[units];
    for (int i = 0; i < batch * units; i++) {
      means[i % units] += element.applyAsDouble(i) / batch;
    }
    return means;
  }

  /** Standardised input. */
  private double standard(float[] input, int i) {
    return (input[i] - mean[i % units]) / deviation[i % units];
  }

  @Override
  void checkForward() {
    float[] input = x.value().toArray();
    float[] scale = gamma.value().toArray();
    float[] shift = beta.value().toArray();
    FirstAnswer.expect("y", out.value().toArray(), i -> scale[i % units] * standard(input, i) + shift[i % units]);
  }

  @Override
  void checkBackward() {
    float[] input = x.value().toArray();
    float[] scale = gamma.value().toArray();
    float[] dy = out.gradient().toArray();
    double[] dbeta = means(i -> dy[i]);
    double[] dgamma = means(i -> dy[i] * standard(input, i));
    FirstAnswer.expect("dbeta", beta.gradient().toArray(), c -> batch * dbeta[c]);
    FirstAnswer.expect("dgamma", gamma.gradient().toArray(), c -> batch * dgamma[c]);
    FirstAnswer.expect("dx", x.gradient().toArray(), i -> {
      int c = i % units;
      return scale[c] / deviation[c] * (dy[i] - dbeta[c] - standard(input, i) * dgamma[c]);
    });
  }
}
