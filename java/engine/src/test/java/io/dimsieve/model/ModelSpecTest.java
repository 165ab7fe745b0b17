package io.dimsieve.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ModelSpecTest {

  private static void refused(Executable made) {
    ConfigurationException e = assertThrows(ConfigurationException.class, made);
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    ModelSpec spec = ModelSpec.of("deepfm");
    refused(() -> ModelSpec.of("none"));
    refused(() -> spec.withHidden());
    refused(() -> spec.withHidden(16, 0));
    refused(() -> spec.withHidden(-1));
    refused(() -> spec.withHidden(65_537));
    for (double dropout : new double[] {-0.1, 1, 2, Double.NaN}) {
      refused(() -> spec.withDropout(dropout));
    }
    refused(() -> spec.withProjection(-1));
    refused(() -> spec.withProjection(1025));
    for (double deviation : new double[] {0, -1, 11, Double.NaN, Double.POSITIVE_INFINITY}) {
      refused(() -> spec.withDeviation(deviation));
    }
    refused(() -> spec.withCrossLayers(-1));
    refused(() -> spec.withCrossLayers(17));
    for (int[] sizes : new int[][] {{0, 2, 3}, {1025, 2, 3}, {16, 0, 3}, {16, 65, 3}, {16, 2, 0}, {16, 2, 17}}) {
      refused(() -> spec.withAttention(sizes[0], sizes[1], sizes[2]));
    }
  }

  @Test
  void withChangesOneSetting() {
    ModelSpec spec = ModelSpec.of("fm").withHidden(7).withDropout(0.5).withBatchNorm(true).withProjection(3).withDeviation(0.2)
        .withCrossLayers(2).withAttention(8, 4, 1);
    assertEquals(new ModelSpec("fm", List.of(7), 0.5, true, 3, 0.2, 2, new ModelSpec.Attention(8, 4, 1)), spec);
    assertEquals(32, spec.attention().units());
  }

  @Test
  void hiddenLayersAreACopy() {
    List<Integer> hidden = new ArrayList<>(List.of(8));
    ModelSpec spec = new ModelSpec("fm", hidden, 0, false, 0, 0.1, 3, null);
    hidden.add(9);
    assertEquals(List.of(8), spec.hidden());
  }

  /** Model files written before cross layers and attention were settings name neither. */
  @Test
  void olderDescriptionsAreRead() {
    String older = "{\"architecture\":\"deepfm\",\"hidden\":[8],\"dropout\":0.2,\"batchNorm\":false,\"projection\":0,\"deviation\":0.01}";
    ModelSpec spec = new com.google.gson.Gson().fromJson(older, ModelSpec.class);
    assertEquals(ModelSpec.of("deepfm").withHidden(8).withCrossLayers(0), spec);
  }
}
