package io.dimsieve.bench.peer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Initial weights of an FM or a DeepFM, by the names that Dimsieve's models give them.
 *
 * @param rows of each field's table
 * @param dimension columns of every table
 * @param hidden widths of the hidden layers; none for an FM
 * @param arrays {@code linear.weight} [Σ rows], {@code linear.bias} [1], {@code embedding} [Σ rows, dimension], and for a DeepFM
 *     {@code mlp.k.weight} [in, out] and {@code mlp.k.bias} [out] of every hidden layer and of the one that makes the logit
 */
record Weights(int[] rows, int dimension, int[] hidden, Map<String, float[]> arrays) {

  /** Tables normal(0, deviation), matrices Glorot uniform, biases 0; first-order weights are the tables' first column, halved. */
  static Weights of(int[] rows, int dimension, int[] hidden, double deviation, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, float[]> arrays = new LinkedHashMap<>();
    int total = Arrays.stream(rows).sum();
    float[] embedding = new float[total * dimension];
    for (int i = 0; i < embedding.length; i++) {
      embedding[i] = (float) (deviation * random.nextGaussian());
    }
    float[] linear = new float[total];
    for (int i = 0; i < total; i++) {
      linear[i] = embedding[i * dimension] / 2;
    }
    arrays.put("linear.weight", linear);
    arrays.put("linear.bias", new float[1]);
    arrays.put("embedding", embedding);
    int in = rows.length * dimension;
    for (int k = 0; hidden.length > 0 && k <= hidden.length; k++) {
      int out = k < hidden.length ? hidden[k] : 1;
      double bound = Math.sqrt(6.0 / (in + out));
      float[] weight = new float[in * out];
      for (int i = 0; i < weight.length; i++) {
        weight[i] = (float) random.nextDouble(-bound, bound);
      }
      arrays.put("mlp." + k + ".weight", weight);
      arrays.put("mlp." + k + ".bias", new float[out]);
      in = out;
    }
    return new Weights(rows, dimension, hidden, arrays);
  }

  /** What the epochs begin with: a DeepFM 256-128 whose embeddings have 16 columns and a deviation of 0.01. */
  static Weights forTraining(int[] rows) {
    return of(rows, Workload.DIMENSION, new int[] {256, 128}, 0.01, 1);
  }

  float[] array(String name) {
    return arrays.get(name);
  }

  int fields() {
    return rows.length;
  }

  /**
   * Ids within the fields' tables as rows of all tables below each other.
   *
   * @param rows of each field's table
   * @param ids [batch, fields]
   */
  static long[] globalRows(int[] rows, int[] ids) {
    long[] first = new long[rows.length];
    for (int f = 1; f < first.length; f++) {
      first[f] = first[f - 1] + rows[f - 1];
    }
    long[] global = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      global[i] = first[i % first.length] + ids[i];
    }
    return global;
  }
}
