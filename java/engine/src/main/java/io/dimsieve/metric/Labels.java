package io.dimsieve.metric;

/** The labels every metric takes. */
final class Labels {

  private Labels() {}

  /** Number of ones among the first n labels; IllegalArgumentException for a label other than 0 and 1. */
  static int positives(byte[] label, int n) {
    int positives = 0;
    for (int i = 0; i < n; i++) {
      if ((label[i] & ~1) != 0) {
        throw new IllegalArgumentException("label " + i + " is " + label[i] + ", must be 0 or 1");
      }
      positives += label[i];
    }
    return positives;
  }
}
