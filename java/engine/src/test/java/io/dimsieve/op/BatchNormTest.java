package io.dimsieve.op;

import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchNormTest {

  private static final double EPSILON = 1e-5f;

  private static double[] mean(double[] x, int n) {
    double[] mean = new double[n];
    for (int i = 0; i < x.length; i++) {
      mean[i % n] += x[i] * n / x.length;
    }
    return mean;
  }

  private static double[] variance(double[] x, int n) {
    double[] mean = mean(x, n);
    double[] variance = new double[n];
    for (int i = 0; i < x.length; i++) {
      variance[i % n] += Math.pow(x[i] - mean[i % n], 2) * n / x.length;
    }
    return variance;
  }

  private static double[] normalise(double[] x, double[] gamma, double[] beta, double[] mean, double[] variance) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int j = i % gamma.length;
      y[i] = gamma[j] * (x[i] - mean[j]) / Math.sqrt(variance[j] + EPSILON) + beta[j];
    }
    return y;
  }

  private static double[] normalise(double[] x, double[] gamma, double[] beta) {
    return normalise(x, gamma, beta, mean(x, gamma.length), variance(x, gamma.length));
  }

  @ParameterizedTest
  @CsvSource({"4,1", "9,3", "33,17", "64,32", "1100,4"})
  void agreesWithFloat64(int batch, int n) {
    try (OpFixture fixture = new OpFixture(batch, 1, 41)) {
      Variable x = fixture.tape.variable(n);
      Variable y = fixture.tape.variable(n);
      Weights gamma = fixture.tape.weights("gamma", 1, n);
      Weights beta = fixture.tape.weights("beta", 1, n);
      Tensor[] buffers = new Tensor[4];
      Arrays.setAll(buffers, i -> Tensor.floats(fixture.backend, fixture.tape.arena(), 1, n));
      fixture.tape.record(new BatchNorm(
          fixture.backend, x, gamma, beta, buffers[0], buffers[1], buffers[2], buffers[3], fixture.tape.workspace(n), y));
      fixture.fill(x.value());
      double[] g = fixture.fill(gamma.value());
      double[] b = fixture.fill(beta.value());
      double[] oldMean = fixture.fill(buffers[0]);
      float[] ones = new float[n];
      Arrays.fill(ones, 1);
      buffers[1].set(0, ones);
      fixture.fill(y.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(x.value());
      double[] dy = fixture.rows(y.gradient());
      OpFixture.assertClose("y", normalise(input, g, b), fixture.rows(y.value()));
      fixture.assertGradient("dx", v -> normalise(v, g, b), input, dy, fixture.rows(x.gradient()));
      fixture.assertGradient("dgamma", v -> normalise(input, v, b), g, dy, OpFixture.doubles(gamma.gradient().toArray()));
      fixture.assertGradient("dbeta", v -> normalise(input, g, v), b, dy, OpFixture.doubles(beta.gradient().toArray()));

      double[] running = mean(input, n);
      double[] runningVariance = variance(input, n);
      for (int j = 0; j < n; j++) {
        running[j] = 0.9 * oldMean[j] + 0.1 * running[j];
        runningVariance[j] = 0.9 + 0.1 * runningVariance[j] * batch / (batch - 1);
      }
      OpFixture.assertClose("running mean", running, OpFixture.doubles(buffers[0].toArray()));
      OpFixture.assertClose("running variance", runningVariance, OpFixture.doubles(buffers[1].toArray()));
      fixture.tape.forward(batch, false);
      OpFixture.assertClose("inference", normalise(input, g, b, running, runningVariance), fixture.rows(y.value()));
    }
  }
}
