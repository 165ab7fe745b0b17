package io.dimsieve.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Compares a model's logits, loss and gradients with a float64 formula of one row's logit, gradients by central differences. */
final class ModelReference {

  static final int[] ROWS = {13, 5, 40, 7};
  static final EmbeddingLayout UNIFORM = EmbeddingLayout.uniform(6, ROWS);
  static final EmbeddingLayout SLIM = new EmbeddingLayout(6, ROWS, new int[][] {{1, 5}, {}, {0, 1, 2, 4}, {1, 2, 3, 5}});

  private static final int BATCH = 21;
  private static final int SAMPLED = 40;

  /** The logit of a row, of a model without a first-order term. */
  interface Formula {

    /**
     * The logit.
     *
     * @param weights dense arrays by name
     * @param e the row's embeddings, field after field
     */
    double logit(Map<String, double[]> weights, double[] e);
  }

  private final Formula formula;
  private final SplittableRandom random = new SplittableRandom(321);
  private final Map<String, double[]> weights = new LinkedHashMap<>();
  private final float[] labels = new float[BATCH];
  private double[] gathered;

  private ModelReference(Formula formula) {
    this.formula = formula;
  }

  static void assertAgrees(ModelSpec spec, EmbeddingLayout layout, Formula formula) {
    try (Backend backend = Backend.cpu(2);
        CtrModel model = new CtrModel(backend, spec.withDropout(0), layout, BATCH + 2)) {
      new ModelReference(formula).compare(model);
    }
  }

  private void compare(CtrModel model) {
    model.arrays().forEach((name, tensor) -> weights.put(name, fill(tensor)));
    int[] ids = ids();
    gathered = gather(model.layout(), ids);
    load(model, ids);
    Tensor gradient = model.lookup().keepMatrix().gradient();
    model.tape().forward(BATCH, true);
    model.tape().backward(BATCH);
    int columns = model.layout().columns();
    float[] logits = model.logits().value().get(0, BATCH);
    for (int b = 0; b < BATCH; b++) {
      double expected = logit(b, columns);
      assertEquals(expected, logits[b], 2e-5 * Math.max(1, Math.abs(expected)), "logit " + b);
    }
    ToDoubleFunction<double[]> loss = unused -> loss(columns);
    assertEquals(loss(columns), model.tape().loss().toDoubles()[0], 2e-5, "loss");
    for (Weights w : model.tape().weights()) {
      assertGradient(w.name(), weights.get(w.name()), w.gradient().toArray(), loss);
    }
    assertGradient("embedding", gathered, gradient.get(0, BATCH * columns), loss);
  }

  private double[] fill(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    double[] copy = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.4 * random.nextGaussian());
      copy[i] = values[i];
    }
    tensor.set(0, values);
    return copy;
  }

  private int[] ids() {
    int[] ids = new int[BATCH * ROWS.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(ROWS[i % ROWS.length]);
    }
    for (int b = 0; b < BATCH; b++) {
      labels[b] = random.nextInt(2);
    }
    return ids;
  }

  private void load(CtrModel model, int[] ids) {
    try (Block host = HostAllocator.INSTANCE.allocate(4L * ids.length)) {
      for (int i = 0; i < ids.length; i++) {
        host.view().putInt(4 * i, ids[i]);
      }
      model.tape().backend().copyIn(model.tape().ids().address(), host.address(), host.bytes());
    }
    model.tape().labels().set(0, labels);
  }

  private double[] gather(EmbeddingLayout layout, int[] ids) {
    double[] e = new double[BATCH * layout.columns()];
    int base = 0;
    for (int f = 0; f < layout.fields(); f++) {
      for (int b = 0; b < BATCH; b++) {
        int from = base + ids[b * layout.fields() + f] * layout.width(f);
        System.arraycopy(weights.get("embedding"), from, e, b * layout.columns() + layout.column(f), layout.width(f));
      }
      base += layout.rows(f) * layout.width(f);
    }
    return e;
  }

  private double logit(int b, int columns) {
    return formula.logit(weights, java.util.Arrays.copyOfRange(gathered, b * columns, (b + 1) * columns));
  }

  private double loss(int columns) {
    double sum = 0;
    for (int b = 0; b < BATCH; b++) {
      double z = logit(b, columns);
      sum += Math.max(z, 0) - z * labels[b] + Math.log1p(Math.exp(-Math.abs(z)));
    }
    return sum / BATCH;
  }

  private void assertGradient(String name, double[] at, float[] actual, ToDoubleFunction<double[]> loss) {
    assertEquals(at.length, actual.length, name);
    for (int n = 0; n < Math.min(SAMPLED, at.length); n++) {
      int i = at.length <= SAMPLED ? n : random.nextInt(at.length);
      double origin = at[i];
      at[i] = origin + 1e-5;
      double above = loss.applyAsDouble(at);
      at[i] = origin - 1e-5;
      double below = loss.applyAsDouble(at);
      at[i] = origin;
      double expected = (above - below) / 2e-5;
      assertEquals(expected, actual[i], 1e-5 + 1e-4 * Math.abs(expected), name + " " + i);
    }
  }

  /** x [m] · w [m, n]. */
  static double[] times(double[] x, double[] w, int n) {
    double[] y = new double[n];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < n; j++) {
        y[j] += x[i] * w[i * n + j];
      }
    }
    return y;
  }

  /** The columns of field f of e times its part of maps [columns, size]. */
  static double[] project(double[] e, double[] maps, EmbeddingLayout layout, int f, int size) {
    int from = layout.column(f);
    int to = from + layout.width(f);
    return times(java.util.Arrays.copyOfRange(e, from, to), java.util.Arrays.copyOfRange(maps, from * size, to * size), size);
  }

  /** The MLP term, of as many layers as there are weights. */
  static double mlp(Map<String, double[]> weights, double[] input) {
    double[] x = input;
    for (int layer = 0;; layer++) {
      double[] bias = weights.get("mlp." + layer + ".bias");
      x = times(x, weights.get("mlp." + layer + ".weight"), bias.length);
      boolean last = !weights.containsKey("mlp." + (layer + 1) + ".bias");
      for (int j = 0; j < x.length; j++) {
        x[j] = last ? x[j] + bias[j] : Math.max(0, x[j] + bias[j]);
      }
      if (last) {
        return x[0];
      }
    }
  }
}
