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
  }

  @Test
  void withChangesOneSetting() {
    ModelSpec spec = ModelSpec.of("fm").withHidden(7).withDropout(0.5).withBatchNorm(true).withProjection(3).withDeviation(0.2);
    assertEquals(new ModelSpec("fm", List.of(7), 0.5, true, 3, 0.2), spec);
  }

  @Test
  void hiddenLayersAreACopy() {
    List<Integer> hidden = new ArrayList<>(List.of(8));
    ModelSpec spec = new ModelSpec("fm", hidden, 0, false, 0, 0.1);
    hidden.add(9);
    assertEquals(List.of(8), spec.hidden());
  }
}
