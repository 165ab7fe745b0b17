package io.dimsieve.bench.peer;

/** Ends the process with an error where an answer is not the reference's. */
final class Check {

  private Check() {}

  static void equal(String what, float[] got, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (got[i] != expected[i]) {
        throw new AssertionError(what + ": entry " + i + " is " + got[i] + ", not " + expected[i]);
      }
    }
  }

  /** Looks at the mean difference: the sign of a gradient that cancels is the rounding's, and Adam's first step moves by the sign. */
  static void near(String what, float[] got, double[] expected, double allowed) {
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += Math.abs(got[i] - expected[i]);
    }
    near(what + ", mean difference", sum / expected.length, 0, allowed);
  }

  static void near(String what, double got, double expected, double allowed) {
    if (!(Math.abs(got - expected) <= allowed)) {
      throw new AssertionError(what + ": " + got + ", not " + expected + " within " + allowed);
    }
  }
}
