package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.optimizer.OrthogonalRegularity;
import org.openjdk.jmh.annotations.Param;

/** {@link OrthogonalRegularity} of all tables: the Gram matrices, or what follows from them. */
public class OrthogonalRegularityBenchmark extends TableBenchmark {

  /** Which half. */
  public enum Part {
    GRAM,
    REGULARITY
  }

  @Param
  public Part part;

  private OrthogonalRegularity regularity;

  @Override
  void prepare() {
    super.prepare();
    regularity = new OrthogonalRegularity(backend, arena, table, OrthogonalRegularity.Form.NORMALIZED, 1, false);
    if (part == Part.REGULARITY) {
      regularity.refresh();
    }
  }

  @Override
  void call() {
    if (part == Part.GRAM) {
      regularity.refresh();
    } else {
      regularity.derive();
    }
  }

  /** The penalty of the first table: the sum of the squared cosines of its columns over F D (D − 1); 0 where it has fewer than 2 D rows. */
  @Override
  void check() {
    regularity.derive();
    float[] x = table.values().get(0, rows * dimension);
    double sum = 0;
    for (int j = 0; j < dimension; j++) {
      for (int k = 0; k < dimension && rows >= 2 * dimension; k++) {
        double product = product(x, j, k);
        sum += j == k ? 0 : product * product / (product(x, j, j) * product(x, k, k));
      }
    }
    double expected = sum / ((double) fields * dimension * (dimension - 1));
    double relative = regularity.penalties()[0] / expected;
    FirstAnswer.expect("penalty over what it must be", 1, i -> expected == 0 ? 1 + regularity.penalties()[0] : relative, i -> 1);
  }

  private double product(float[] x, int j, int k) {
    double sum = 0;
    for (int at = 0; at < x.length; at += dimension) {
      sum += (double) x[at + j] * x[at + k];
    }
    return sum;
  }
}
