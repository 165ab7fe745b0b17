package io.dimsieve.bench;

import java.util.function.IntToDoubleFunction;

/** Compares what a kernel gave with a plain formula in float64 before anything is timed. */
public final class FirstAnswer {

  private static final int SAMPLES = 2000;
  private static final double TOLERANCE = 2e-4; // of 1 and of the expected value: sums of some thousand floats

  private FirstAnswer() {}

  /**
   * Compares some thousand of n numbers, evenly spread.
   *
   * @throws IllegalStateException for the first that is wrong
   */
  public static void expect(String what, int n, IntToDoubleFunction got, IntToDoubleFunction expected) {
    if (n == 0) {
      throw new IllegalStateException(what + ": nothing to compare");
    }
    for (int sample = 0; sample < Math.min(n, SAMPLES); sample++) {
      int i = (int) ((long) sample * n / Math.min(n, SAMPLES));
      double is = got.applyAsDouble(i);
      double should = expected.applyAsDouble(i);
      if (!(Math.abs(is - should) <= TOLERANCE * (1 + Math.abs(should)))) {
        throw new IllegalStateException(what + ": element " + i + " is " + is + ", expected " + should);
      }
    }
  }

  /** Compares an array. */
  public static void expect(String what, float[] got, IntToDoubleFunction expected) {
    expect(what, got.length, i -> got[i], expected);
  }
}
