package io.dimsieve.metric;

/** Mean negative log-likelihood of binary labels, in nats, computed from logits so that no probability rounds to 0 or 1. */
public final class LogLoss {

  private LogLoss() {}

  /**
   * Mean of −y ln p − (1 − y) ln(1 − p) with p = 1 / (1 + exp(−logit)), that is of softplus(−logit) for y = 1 and softplus(logit)
   * for y = 0, where softplus(x) = max(x, 0) + ln(1 + exp(−|x|)).
   *
   * @param logit [≥ n]
   * @param label [≥ n] 0 or 1
   * @param n rows to use, from index 0
   * @return at least 0; NaN when n is 0 or a logit is NaN, infinity when an infinite logit is on the wrong side
   * @throws IllegalArgumentException for another label; the message has its index
   */
  public static double ofLogits(float[] logit, byte[] label, int n) {
    Labels.positives(label, n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double x = label[i] == 1 ? -logit[i] : logit[i];
      sum += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return sum / n;
  }
}
