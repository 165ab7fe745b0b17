package io.dimsieve.metric;

/**
 * How well predicted probabilities match frequencies. Source: He et al., Practical Lessons from Predicting Clicks on Ads at
 * Facebook, ADKDD 2014.
 */
public final class Calibration {

  private Calibration() {}

  /**
   * Expected over observed positives, Σ p / Σ y with p = 1 / (1 + exp(−logit)); 1 is perfect, above 1 predicts too much.
   *
   * @param logit [≥ n]
   * @param label [≥ n] 0 or 1
   * @param n rows to use, from index 0
   * @return NaN when there is no positive
   * @throws IllegalArgumentException for another label; the message has its index
   */
  public static double ratio(float[] logit, byte[] label, int n) {
    int positives = Labels.positives(label, n);
    double predicted = 0;
    for (int i = 0; i < n; i++) {
      predicted += 1 / (1 + Math.exp(-(double) logit[i]));
    }
    return positives == 0 ? Double.NaN : predicted / positives;
  }

  /**
   * Logloss over that of always predicting the observed rate q, −q ln q − (1 − q) ln(1 − q); below 1 is better than the constant.
   *
   * @param logit [≥ n]
   * @param label [≥ n] 0 or 1
   * @param n rows to use, from index 0
   * @return NaN when a class is absent
   * @throws IllegalArgumentException for another label; the message has its index
   */
  public static double normalizedEntropy(float[] logit, byte[] label, int n) {
    int positives = Labels.positives(label, n);
    if (positives == 0 || positives == n) {
      return Double.NaN;
    }
    double rate = (double) positives / n;
    return LogLoss.ofLogits(logit, label, n) / (-rate * Math.log(rate) - (1 - rate) * Math.log1p(-rate));
  }
}
