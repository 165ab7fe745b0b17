package io.dimsieve.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class CalibrationTest {

  private static final byte[] QUARTER = {1, 0, 0, 0};

  @Test
  void ratioComparesExpectedWithObserved() {
    assertEquals(2, Calibration.ratio(new float[4], QUARTER, 4), 1e-15);
    float third = (float) -Math.log(3);
    assertEquals(1, Calibration.ratio(new float[] {third, third, third, third}, QUARTER, 4), 1e-7);
    assertEquals(Double.NaN, Calibration.ratio(new float[2], new byte[2], 2));
  }

  @Test
  void theObservedRateHasEntropyOne() {
    float third = (float) -Math.log(3);
    assertEquals(1, Calibration.normalizedEntropy(new float[] {third, third, third, third}, QUARTER, 4), 1e-7);
    double uniform = Math.log(2) / (-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75));
    assertEquals(uniform, Calibration.normalizedEntropy(new float[4], QUARTER, 4), 1e-15);
    assertEquals(Double.NaN, Calibration.normalizedEntropy(new float[2], new byte[2], 2));
    assertEquals(Double.NaN, Calibration.normalizedEntropy(new float[1], new byte[] {1}, 1));
  }
}
