package io.dimsieve.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AucTest {

  @Test
  void agreesWithCountingPairs() {
    SplittableRandom random = new SplittableRandom(7);
    int undefined = 0;
    for (int round = 0; round < 1000; round++) {
      int n = random.nextInt(60);
      int levels = 1 + random.nextInt(30);
      double rate = random.nextInt(5) / 4.0;
      float[] score = new float[n];
      byte[] label = new byte[n];
      for (int i = 0; i < n; i++) {
        score[i] = (random.nextInt(levels) - levels / 2) * 0.37f;
        label[i] = (byte) (random.nextDouble() < rate ? 1 : 0);
      }
      double expected = byPairs(score, label);
      assertEquals(expected, Auc.of(score, label, n), 0.0, "round " + round);
      undefined += Double.isNaN(expected) ? 1 : 0;
    }
    assertTrue(undefined > 100, "single-class rounds: " + undefined);
  }

  private static double byPairs(float[] score, byte[] label) {
    long twice = 0;
    long pairs = 0;
    for (int i = 0; i < score.length; i++) {
      for (int j = 0; j < score.length; j++) {
        if (label[i] == 1 && label[j] == 0) {
          pairs++;
          twice += score[i] > score[j] ? 2 : score[i] == score[j] ? 1 : 0;
        }
      }
    }
    return twice / (2.0 * pairs);
  }

  @Test
  void perfectReversedAndTied() {
    byte[] label = {0, 0, 1, 1};
    assertEquals(1, Auc.of(new float[] {-1, 0, 1, 2}, label, 4));
    assertEquals(0, Auc.of(new float[] {2, 1, 0, -1}, label, 4));
    assertEquals(0.5, Auc.of(new float[] {3, 3, 3, 3}, label, 4));
  }

  @Test
  void zeroesOfBothSignsTieAndInfinitiesOrder() {
    assertEquals(0.5, Auc.of(new float[] {0f, -0f}, new byte[] {1, 0}, 2));
    assertEquals(0.5, Auc.of(new float[] {0f, -0f}, new byte[] {0, 1}, 2));
    assertEquals(1, Auc.of(new float[] {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}, new byte[] {0, 1}, 2));
  }

  @Test
  void usesTheFirstRowsOnlyAndChangesNothing() {
    float[] score = {2, 1, 9};
    byte[] label = {1, 0, 0};
    assertEquals(1, Auc.of(score, label, 2));
    assertArrayEquals(new float[] {2, 1, 9}, score);
  }

  @Test
  void refusesNanAndOtherLabels() {
    byte[] label = {0, 1};
    String nan = assertThrows(IllegalArgumentException.class, () -> Auc.of(new float[] {1, Float.NaN}, label, 2)).getMessage();
    assertEquals("score 1 is NaN", nan);
    byte[] bad = {1, -1};
    String message = assertThrows(IllegalArgumentException.class, () -> Auc.of(new float[2], bad, 2)).getMessage();
    assertEquals("label 1 is -1, must be 0 or 1", message);
  }
}
