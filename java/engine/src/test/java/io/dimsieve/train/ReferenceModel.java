package io.dimsieve.train;

import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * FM, Wide &amp; Deep and DeepFM once more, in plain float64 loops over one row at a time, with Adam on the whole of every array (or only on table rows
 * of the batch): the independent implementation the engine is compared with. No dropout, no batch norm.
 */
final class ReferenceModel {

  private final ModelSpec spec;
  private final EmbeddingLayout layout;
  private final boolean lazyTables;
  private final Map<String, double[]> weights = new LinkedHashMap<>();
  private final Map<String, double[]> gradients = new LinkedHashMap<>();
  private final Map<String, double[]> first = new LinkedHashMap<>();
  private final Map<String, double[]> second = new LinkedHashMap<>();
  private long step;

  /** Begins with the weights of the model. */
  ReferenceModel(CtrModel model, boolean lazyTables) {
    this.spec = model.spec();
    this.layout = model.layout();
    this.lazyTables = lazyTables;
    for (Map.Entry<String, Tensor> array : model.arrays().entrySet()) {
      float[] values = array.getValue().toArray();
      double[] copy = new double[values.length];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = values[i];
      }
      weights.put(array.getKey(), copy);
      gradients.put(array.getKey(), new double[copy.length]);
      first.put(array.getKey(), new double[copy.length]);
      second.put(array.getKey(), new double[copy.length]);
    }
  }

  double[] weights(String name) {
    return weights.get(name);
  }

  private int element(int[] ids, int row, int f) {
    int at = 0;
    for (int g = 0; g < f; g++) {
      at += layout.rows(g) * layout.width(g);
    }
    return at + ids[row * layout.fields() + f] * layout.width(f);
  }

  private int weight(int[] ids, int row, int f) {
    int at = 0;
    for (int g = 0; g < f; g++) {
      at += layout.rows(g);
    }
    return at + ids[row * layout.fields() + f];
  }

  /** Mean loss of a batch, then one Adam step with coupled L2. */
  double step(int[] ids, float[] labels, int rows, double rate, double l2) {
    gradients.values().forEach(g -> java.util.Arrays.fill(g, 0));
    boolean[] hitWeight = new boolean[weights.get("linear.weight").length];
    boolean[] hitElement = new boolean[weights.get("embedding").length];
    double loss = 0;
    for (int b = 0; b < rows; b++) {
      loss += row(ids, b, labels[b], rows, hitWeight, hitElement);
    }
    step++;
    for (String name : weights.keySet()) {
      boolean[] hit = !lazyTables ? null : name.equals("linear.weight") ? hitWeight : name.equals("embedding") ? hitElement : null;
      adam(name, hit, rate, l2);
    }
    return loss / rows;
  }

  private double row(int[] ids, int b, float label, int rows, boolean[] hitWeight, boolean[] hitElement) {
    boolean hasFm = !spec.architecture().equals("wide-deep");
    boolean hasMlp = !spec.architecture().equals("fm");
    double[] e = new double[layout.columns()];
    double[] de = new double[e.length];
    int[] place = new int[e.length];
    double z = weights.get("linear.bias")[0];
    for (int f = 0, c = 0; f < layout.fields(); f++) {
      z += weights.get("linear.weight")[weight(ids, b, f)];
      for (int j = 0; j < layout.width(f); j++, c++) {
        place[c] = element(ids, b, f) + j;
        e[c] = weights.get("embedding")[place[c]];
      }
    }
    int[] identity = layout.identity();
    double[] sums = new double[layout.dimension()];
    if (hasFm) {
      for (int c = 0; c < e.length; c++) {
        sums[identity[c]] += e[c];
        z -= 0.5 * e[c] * e[c];
      }
      for (double s : sums) {
        z += 0.5 * s * s;
      }
    }
    double[][] activations = hasMlp ? forward(e) : null;
    if (hasMlp) {
      z += activations[activations.length - 1][0];
    }
    double dz = (1 / (1 + Math.exp(-z)) - label) / rows;
    gradients.get("linear.bias")[0] += dz;
    for (int f = 0; f < layout.fields(); f++) {
      int at = weight(ids, b, f);
      gradients.get("linear.weight")[at] += dz;
      hitWeight[at] = true;
    }
    if (hasMlp) {
      backward(activations, dz, de);
    }
    for (int c = 0; c < e.length; c++) {
      gradients.get("embedding")[place[c]] += de[c] + (hasFm ? dz * (sums[identity[c]] - e[c]) : 0);
      hitElement[place[c]] = true;
    }
    return Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
  }

  /** Activations of every layer, the input first, the output last. */
  private double[][] forward(double[] input) {
    int layers = spec.hidden().size() + 1;
    double[][] x = new double[layers + 1][];
    x[0] = input;
    for (int l = 0; l < layers; l++) {
      int out = l < layers - 1 ? spec.hidden().get(l) : 1;
      double[] w = weights.get("mlp." + l + ".weight");
      x[l + 1] = weights.get("mlp." + l + ".bias").clone();
      for (int i = 0; i < x[l].length; i++) {
        for (int j = 0; j < out; j++) {
          x[l + 1][j] += x[l][i] * w[i * out + j];
        }
      }
      if (l < layers - 1) {
        for (int j = 0; j < out; j++) {
          x[l + 1][j] = Math.max(0, x[l + 1][j]);
        }
      }
    }
    return x;
  }

  private void backward(double[][] x, double dz, double[] de) {
    double[] dy = {dz};
    for (int l = x.length - 2; l >= 0; l--) {
      double[] w = weights.get("mlp." + l + ".weight");
      double[] dw = gradients.get("mlp." + l + ".weight");
      double[] db = gradients.get("mlp." + l + ".bias");
      double[] dx = new double[x[l].length];
      for (int j = 0; j < dy.length; j++) {
        db[j] += dy[j];
      }
      for (int i = 0; i < dx.length; i++) {
        for (int j = 0; j < dy.length; j++) {
          dw[i * dy.length + j] += x[l][i] * dy[j];
          dx[i] += w[i * dy.length + j] * dy[j];
        }
        if (l > 0 && x[l][i] <= 0) {
          dx[i] = 0;
        }
      }
      dy = dx;
    }
    System.arraycopy(dy, 0, de, 0, de.length);
  }

  private void adam(String name, boolean[] hit, double rate, double l2) {
    double[] p = weights.get(name);
    double[] g = gradients.get(name);
    double[] m = first.get(name);
    double[] v = second.get(name);
    for (int i = 0; i < p.length; i++) {
      if (hit != null && !hit[i]) {
        continue;
      }
      double d = g[i] + l2 * p[i];
      m[i] = 0.9 * m[i] + 0.1 * d;
      v[i] = 0.999 * v[i] + 0.001 * d * d;
      p[i] -= rate / (1 - Math.pow(0.9, step)) * m[i] / (Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(0.999, step)) + 1e-8);
    }
  }
}
