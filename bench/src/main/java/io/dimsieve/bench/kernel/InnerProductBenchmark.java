package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.InnerProduct;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;

/** {@link InnerProduct}. */
public class InnerProductBenchmark extends FieldsBenchmark {

  private Variable e;
  private Variable out;
  private int[] pairs;

  @Override
  Op op() {
    e = embeddings();
    out = variable(InnerProduct.pairs(fields));
    pairs = new int[fields * fields];
    for (int f = 0, p = 0; f < fields; f++) {
      for (int g = f + 1; g < fields; g++, p++) {
        pairs[p] = f * fields + g;
      }
    }
    return new InnerProduct(backend, e, null, null, fields, dimension, null, out);
  }

  @Override
  void checkForward() {
    float[] x = e.value().toArray();
    FirstAnswer.expect("products", out.value().toArray(), i -> {
      int row = i / out.columns() * columns();
      int pair = pairs[i % out.columns()];
      double product = 0;
      for (int j = 0; j < dimension; j++) {
        product += (double) x[row + pair / fields * dimension + j] * x[row + pair % fields * dimension + j];
      }
      return product;
    });
  }

  @Override
  void checkBackward() {
    float[] x = e.value().toArray();
    float[] dout = out.gradient().toArray();
    FirstAnswer.expect("de", e.gradient().toArray(), i -> {
      int row = i / columns();
      int f = i % columns() / dimension;
      double de = 0;
      for (int p = 0; p < out.columns(); p++) {
        int other = pairs[p] / fields == f ? pairs[p] % fields : pairs[p] % fields == f ? pairs[p] / fields : -1;
        de += other < 0 ? 0 : (double) dout[row * out.columns() + p] * x[row * columns() + other * dimension + i % dimension];
      }
      return de;
    });
  }
}
