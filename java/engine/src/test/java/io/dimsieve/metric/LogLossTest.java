package io.dimsieve.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LogLossTest {

  @Test
  void isTheMeanNegativeLogLikelihood() {
    SplittableRandom random = new SplittableRandom(3);
    int n = 500;
    float[] logit = new float[n];
    byte[] label = new byte[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      logit[i] = (float) (random.nextDouble() * 12 - 6);
      label[i] = (byte) random.nextInt(2);
      double p = 1 / (1 + Math.exp(-logit[i]));
      sum -= label[i] == 1 ? Math.log(p) : Math.log(1 - p);
    }
    assertEquals(sum / n, LogLoss.ofLogits(logit, label, n), 1e-12);
  }

  @Test
  void farLogitsNeitherOverflowNorRound() {
    assertEquals(200, LogLoss.ofLogits(new float[] {200}, new byte[] {0}, 1));
    assertEquals(Math.exp(-200), LogLoss.ofLogits(new float[] {200}, new byte[] {1}, 1), 1e-100);
    assertEquals(3e38, LogLoss.ofLogits(new float[] {-3e38f}, new byte[] {1}, 1), 1e32);
    assertEquals(0, LogLoss.ofLogits(new float[] {Float.POSITIVE_INFINITY}, new byte[] {1}, 1));
    assertEquals(Double.POSITIVE_INFINITY, LogLoss.ofLogits(new float[] {Float.POSITIVE_INFINITY}, new byte[] {0}, 1));
  }

  @Test
  void emptyNanAndBadLabels() {
    assertEquals(Double.NaN, LogLoss.ofLogits(new float[0], new byte[0], 0));
    assertEquals(Double.NaN, LogLoss.ofLogits(new float[] {Float.NaN}, new byte[1], 1));
    assertEquals(Math.log(2), LogLoss.ofLogits(new float[3], new byte[] {0, 1, 7}, 2), 1e-15);
    assertThrows(IllegalArgumentException.class, () -> LogLoss.ofLogits(new float[1], new byte[] {2}, 1));
  }
}
