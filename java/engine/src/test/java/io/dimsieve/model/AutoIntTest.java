package io.dimsieve.model;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoIntTest {

  private static double logit(Map<String, double[]> weights, double[] e, EmbeddingLayout layout, int size, int heads, int layers) {
    int fields = layout.fields();
    int units = size * heads;
    double[][] x = new double[fields][];
    for (int f = 0; f < fields; f++) {
      x[f] = ModelReference.project(e, weights.get("attention.projection"), layout, f, units);
    }
    for (int layer = 0; layer < layers; layer++) {
      double[][] parts = new double[fields][];
      for (int f = 0; f < fields; f++) {
        parts[f] = ModelReference.times(x[f], weights.get("attention." + layer + ".weight"), 4 * units);
      }
      for (int f = 0; f < fields; f++) {
        x[f] = new double[units];
        for (int j = 0; j < units; j++) {
          x[f][j] = Math.max(0, attended(parts, f, j, size, units) + parts[f][3 * units + j]);
        }
      }
    }
    double z = ModelReference.mlp(weights, e);
    for (int f = 0; f < fields; f++) {
      for (int j = 0; j < units; j++) {
        z += x[f][j] * weights.get("head.weight")[f * units + j];
      }
    }
    return z;
  }

  /** Σ_g softmax_g(⟨q_f, k_g⟩ / √size) v_g at unit j, in the head of that unit. */
  private static double attended(double[][] parts, int f, int j, int size, int units) {
    double weighted = 0;
    double total = 0;
    for (double[] other : parts) {
      double score = 0;
      for (int i = j / size * size; i < (j / size + 1) * size; i++) {
        score += parts[f][i] * other[units + i];
      }
      double weight = Math.exp(score / Math.sqrt(size));
      weighted += weight * other[2 * units + j];
      total += weight;
    }
    return weighted / total;
  }

  @ParameterizedTest
  @CsvSource({"5,1,1,false", "4,2,3,false", "4,2,2,true", "3,3,3,true"})
  void agreesWithFloat64(int size, int heads, int layers, boolean compacted) {
    EmbeddingLayout layout = compacted ? ModelReference.SLIM : ModelReference.UNIFORM;
    ModelSpec spec = ModelSpec.of("autoint").withHidden(9, 5).withAttention(size, heads, layers);
    ModelReference.assertAgrees(spec, layout, (weights, e) -> logit(weights, e, layout, size, heads, layers));
  }
}
