package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.Weights;
import io.dimsieve.optimizer.DenseOptimizer;
import io.dimsieve.optimizer.OptimizerSpec;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Adam on a matrix of weights. */
public class UpdateDenseBenchmark extends KernelBenchmark {

  @Param({"249600", "4000000"})
  public int parameters;

  private Weights weights;
  private DenseOptimizer optimizer;
  private float[] before;
  private long step;

  @Override
  void prepare() {
    weights = weights(1, parameters);
    before = weights.value().toArray();
    optimizer = new DenseOptimizer(backend, arena, OptimizerSpec.adam(UpdateBenchmark.LEARNING_RATE), List.of(weights));
  }

  @Override
  void call() {
    optimizer.step(++step, 1);
  }

  @Override
  void check() {
    float[] gradient = weights.gradient().toArray();
    FirstAnswer.expect("weights", weights.value().toArray(),
        i -> UpdateBenchmark.afterFirstStep(before[i], gradient[i], UpdateBenchmark.LEARNING_RATE));
  }

  @Override
  public void tearDown() {
    optimizer.close();
    super.tearDown();
  }
}
