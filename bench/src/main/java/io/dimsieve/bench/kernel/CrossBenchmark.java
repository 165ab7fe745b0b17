package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.Cross;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.Tensor;

/** {@link Cross}, without the product before it. */
public class CrossBenchmark extends FieldsBenchmark {

  private Variable x0;
  private Variable x;
  private Variable product;
  private Variable out;
  private Weights bias;

  @Override
  Op op() {
    x0 = embeddings();
    x = embeddings();
    product = embeddings();
    out = embeddings();
    bias = weights(1, columns());
    Tensor workspace = Tensor.floats(backend, arena, Workspace.chunks(batch, Workspace.ROW_CHUNK), columns());
    return new Cross(backend, x0, x, product, bias, workspace, out);
  }

  @Override
  void checkForward() {
    float[] first = x0.value().toArray();
    float[] input = x.value().toArray();
    float[] y = product.value().toArray();
    float[] b = bias.value().toArray();
    FirstAnswer.expect("out", out.value().toArray(), i -> (double) first[i] * ((double) y[i] + b[i % columns()]) + input[i]);
  }

  @Override
  void checkBackward() {
    float[] first = x0.value().toArray();
    float[] y = product.value().toArray();
    float[] b = bias.value().toArray();
    float[] dout = out.gradient().toArray();
    FirstAnswer.expect("dx0", x0.gradient().toArray(), i -> dout[i] * ((double) y[i] + b[i % columns()]));
    FirstAnswer.expect("dx", x.gradient().toArray(), i -> dout[i]);
    FirstAnswer.expect("dy", product.gradient().toArray(), i -> (double) dout[i] * first[i]);
    FirstAnswer.expect("db", bias.gradient().toArray(), c -> {
      double sum = 0;
      for (int i = c; i < dout.length; i += columns()) {
        sum += (double) dout[i] * first[i];
      }
      return sum;
    });
  }
}
