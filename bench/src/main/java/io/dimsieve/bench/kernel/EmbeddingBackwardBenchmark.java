package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.optimizer.EmbeddingOptimizer;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.Tensor;
import org.openjdk.jmh.annotations.Param;

/** What makes an update of the tables from the gradient of a batch: groups, then row gradients, mask gradient and the rule in one pass. */
public class EmbeddingBackwardBenchmark extends UpdateBenchmark {

  /** Which part. */
  public enum Part {
    GROUP,
    UPDATE,
    UPDATE_AND_MASK_GRADIENT
  }

  @Param
  public Part part;

  @Param("ADAM")
  public OptimizerSpec.Rule rule;

  private EmbeddingOptimizer optimizer;
  private Tensor maskGradient;
  private float[] before;

  @Override
  void prepare() {
    super.prepare();
    table.mask(mask());
    before = table.values().toArray();
    optimizer = new EmbeddingOptimizer(
        backend, arena, OptimizerSpec.of(rule, LEARNING_RATE, 0), "embedding", table, groups,
        EmbeddingGradient.of(gradient));
    if (part == Part.UPDATE_AND_MASK_GRADIENT) {
      maskGradient = random(1, columns());
      optimizer.maskGradient(maskGradient, false);
    }
  }

  @Override
  void call() {
    if (part == Part.GROUP) {
      groups.group(batch);
    } else {
      optimizer.step(++step, 1, batch);
    }
  }

  /** Groups are right when an update from them is. */
  @Override
  void check() {
    if (part == Part.GROUP) {
      optimizer.step(++step, 1, batch);
    }
    int[] firstIds = ids();
    float[] gradients = gradient.toArray();
    float[] after = table.values().toArray();
    FirstAnswer.expect("table", gradients.length, i -> after[entry(firstIds, i)], i -> {
      double value = before[entry(firstIds, i)];
      double g = gradientOfEntry(firstIds, gradients, i);
      return i % columns() % 3 == 0 ? value : rule == OptimizerSpec.Rule.SGD ? value - LEARNING_RATE * g : afterFirstStep(value, g, LEARNING_RATE);
    });
    if (maskGradient != null) {
      FirstAnswer.expect("mask gradient", maskGradient.toArray(), c -> {
        double sum = 0;
        for (int i = c; i < gradients.length; i += columns()) {
          sum += (double) gradients[i] * before[entry(firstIds, i)];
        }
        return sum;
      });
    }
  }

  @Override
  public void tearDown() {
    optimizer.close();
    super.tearDown();
  }
}
