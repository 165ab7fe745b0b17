package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.Dense;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.Tensor;
import org.openjdk.jmh.annotations.Param;

/** {@link Dense} with ReLU as in scoring, for one row and for many. */
public class DenseBenchmark extends KernelBenchmark {

  @Param({"1", "256"})
  public int batch;

  @Param("624")
  public int inputs;

  @Param("400")
  public int units;

  private Tensor x;
  private Weights w;
  private Weights bias;
  private Tensor out;
  private Op dense;

  @Override
  void prepare() {
    x = random(batch, inputs);
    w = weights(inputs, units);
    bias = weights(1, units);
    out = random(batch, units);
    dense = new Dense(backend, new Variable(x, null), w, bias, true, new Variable(out, null));
  }

  @Override
  void call() {
    dense.forward(batch, false);
  }

  @Override
  void check() {
    float[] input = x.toArray();
    float[] matrix = w.value().toArray();
    float[] b = bias.value().toArray();
    FirstAnswer.expect("y", out.toArray(), i -> {
      double sum = b[i % units];
      for (int k = 0; k < inputs; k++) {
        sum += (double) input[i / units * inputs + k] * matrix[k * units + i % units];
      }
      return Math.max(0, sum);
    });
  }
}
