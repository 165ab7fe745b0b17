package io.dimsieve.model;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpnnTest {

  /** A field as all of its base columns, zeros where it keeps none; or its projection. */
  private static double[] field(Map<String, double[]> weights, double[] e, EmbeddingLayout layout, int f, int projection) {
    if (projection > 0) {
      return ModelReference.project(e, weights.get("projection"), layout, f, projection);
    }
    double[] full = new double[layout.dimension()];
    int c = layout.column(f);
    for (int j : layout.kept(f)) {
      full[j] = e[c++];
    }
    return full;
  }

  private static double logit(Map<String, double[]> weights, double[] e, EmbeddingLayout layout, int projection) {
    int fields = layout.fields();
    double[] input = Arrays.copyOf(e, e.length + fields * (fields - 1) / 2);
    int at = e.length;
    for (int f = 0; f < fields; f++) {
      for (int g = f + 1; g < fields; g++) {
        input[at++] = ModelReference.times(field(weights, e, layout, f, projection), field(weights, e, layout, g, projection), 1)[0];
      }
    }
    return ModelReference.mlp(weights, input);
  }

  @ParameterizedTest
  @CsvSource({"0,false", "0,true", "3,false", "4,true"})
  void agreesWithFloat64(int projection, boolean compacted) {
    EmbeddingLayout layout = compacted ? ModelReference.SLIM : ModelReference.UNIFORM;
    ModelSpec spec = ModelSpec.of("ipnn").withHidden(9, 5).withProjection(projection);
    ModelReference.assertAgrees(spec, layout, (weights, e) -> logit(weights, e, layout, projection));
  }
}
