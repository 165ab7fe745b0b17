package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.ThresholdOptimizer;

/** A step of {@link ThresholdOptimizer} (PEP) with a threshold per entry: it touches every row of the tables. */
public class ThresholdBenchmark extends UpdateBenchmark {

  private static final double START = -1;

  private ThresholdOptimizer optimizer;
  private float[] before;

  @Override
  void prepare() {
    super.prepare();
    before = table.values().toArray();
    optimizer = new ThresholdOptimizer(
        backend, arena, OptimizerSpec.adam(LEARNING_RATE),
        new ThresholdOptimizer.Thresholds(ThresholdOptimizer.Granularity.FEATURE_DIMENSION, START, 1), table, groups, gradient);
  }

  @Override
  void call() {
    optimizer.step(++step, 1, batch);
  }

  @Override
  void check() {
    int[] firstIds = ids();
    float[] gradients = gradient.toArray();
    float[] after = table.values().toArray();
    FirstAnswer.expect("table", gradients.length, i -> after[entry(firstIds, i)], i -> {
      double value = before[entry(firstIds, i)];
      double g = logistic(START);
      double dv = Math.abs(value) > g ? gradientOfEntry(firstIds, gradients, i) : 0;
      double ds = -Math.signum(value) * dv * g * (1 - g);
      double moved = afterFirstStep(value, dv, LEARNING_RATE);
      return Math.signum(moved) * Math.max(0, Math.abs(moved) - logistic(afterFirstStep(START, ds, LEARNING_RATE)));
    });
  }

  private static double logistic(double s) {
    return 1 / (1 + Math.exp(-s));
  }

  @Override
  public void tearDown() {
    optimizer.close();
    super.tearDown();
  }
}
