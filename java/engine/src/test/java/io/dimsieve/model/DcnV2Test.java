package io.dimsieve.model;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DcnV2Test {

  private static double logit(Map<String, double[]> weights, double[] e, int layers) {
    double[] x = e.clone();
    for (int layer = 0; layer < layers; layer++) {
      double[] y = ModelReference.times(x, weights.get("cross." + layer + ".weight"), e.length);
      for (int j = 0; j < x.length; j++) {
        x[j] += e[j] * (y[j] + weights.get("cross." + layer + ".bias")[j]);
      }
    }
    return ModelReference.times(x, weights.get("head.weight"), 1)[0] + ModelReference.mlp(weights, e);
  }

  @ParameterizedTest
  @CsvSource({"0,false", "1,false", "3,false", "3,true"})
  void agreesWithFloat64(int layers, boolean compacted) {
    EmbeddingLayout layout = compacted ? ModelReference.SLIM : ModelReference.UNIFORM;
    ModelSpec spec = ModelSpec.of("dcnv2").withHidden(9, 5).withCrossLayers(layers);
    ModelReference.assertAgrees(spec, layout, (weights, e) -> logit(weights, e, layers));
  }
}
