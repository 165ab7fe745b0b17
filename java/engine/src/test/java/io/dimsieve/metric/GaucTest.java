package io.dimsieve.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class GaucTest {

  @Test
  void weightsGroupsByRowsAndSkipsOneClass() {
    float[] score = {1, 0, 5, 0, 2, 1, 9};
    byte[] label = {1, 0, 1, 1, 0, 0, 1};
    int[] group = {-4, -4, 8, 8, 8, 8, 3};
    assertEquals((1.0 * 2 + 0.5 * 4) / 6, Gauc.of(score, label, group, 7), 1e-15);
  }

  @Test
  void oneGroupIsAucAndRowOrderDoesNotMatter() {
    SplittableRandom random = new SplittableRandom(11);
    int n = 200;
    float[] score = new float[n];
    byte[] label = new byte[n];
    int[] group = new int[n];
    float[] reversedScore = new float[n];
    byte[] reversedLabel = new byte[n];
    int[] reversedGroup = new int[n];
    for (int i = 0; i < n; i++) {
      score[i] = random.nextInt(20);
      label[i] = (byte) random.nextInt(2);
      group[i] = random.nextInt(7) * 0x30000001;
      reversedScore[n - 1 - i] = score[i];
      reversedLabel[n - 1 - i] = label[i];
      reversedGroup[n - 1 - i] = group[i];
    }
    assertEquals(Auc.of(score, label, n), Gauc.of(score, label, new int[n], n), 1e-15);
    assertEquals(Gauc.of(score, label, group, n), Gauc.of(reversedScore, reversedLabel, reversedGroup, n));
  }

  @Test
  void undefinedAndRefused() {
    assertEquals(Double.NaN, Gauc.of(new float[2], new byte[] {0, 1}, new int[] {1, 2}, 2));
    assertEquals(Double.NaN, Gauc.of(new float[0], new byte[0], new int[0], 0));
    float[] nan = {Float.NaN};
    assertThrows(IllegalArgumentException.class, () -> Gauc.of(nan, new byte[1], new int[1], 1));
  }
}
