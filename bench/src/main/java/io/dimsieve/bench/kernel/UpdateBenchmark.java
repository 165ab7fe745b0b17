package io.dimsieve.bench.kernel;

import io.dimsieve.optimizer.BatchGroups;
import io.dimsieve.tensor.Tensor;

/** Something that happens to the tables once the gradient of a batch is there. */
public abstract class UpdateBenchmark extends BatchBenchmark {

  static final double LEARNING_RATE = 1e-3;
  private static final double EPSILON = 1e-8;

  BatchGroups groups;
  Tensor gradient;
  long step;

  /** Tables, ids in groups, and a gradient. */
  @Override
  void prepare() {
    super.prepare();
    gradient = random(batch, columns());
    groups = new BatchGroups(backend, arena, ids(0), table.rows());
    groups.group(batch);
  }

  /** Σ over the rows of the batch that hold the id at {@code i} of the batch matrix, of the gradient of that column. */
  final double gradientOfEntry(int[] firstIds, float[] gradients, int i) {
    double sum = 0;
    for (int row = 0, c = i % columns(); row < batch; row++) {
      if (firstIds[row * fields + c / dimension] == firstIds[i / dimension]) {
        sum += gradients[row * columns() + c];
      }
    }
    return sum;
  }

  /** A parameter after the first step of Adam, or of Adagrad, from states of 0. */
  static double afterFirstStep(double parameter, double gradient, double rate) {
    return parameter - rate * gradient / (Math.abs(gradient) + EPSILON);
  }
}
