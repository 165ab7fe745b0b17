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
    double lambda = (double) fields * dimension * (dimension - 1); // so that the weight of a table's penalty is 1
    regularity = new OrthogonalRegularity(backend, arena, table, OrthogonalRegularity.Form.NORMALIZED, lambda, false);
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

  @Override
  void check() {
    regularity.derive();
    double[] penalties = regularity.penalties();
    FirstAnswer.expect("penalty", fields, f -> penalties[f], f -> penalty(table.values().get((long) f * rows * dimension, rows * dimension)));
  }

  /** Σ_{j≠k} cos² of a table's columns; 0 where it has fewer than 2 D rows. */
  private double penalty(float[] x) {
    double sum = 0;
    for (int j = 0; j < dimension && rows >= 2 * dimension; j++) {
      for (int k = 0; k < j; k++) {
        double product = product(x, j, k);
        sum += 2 * product * product / (product(x, j, j) * product(x, k, k));
      }
    }
    return sum;
  }

  private double product(float[] x, int j, int k) {
    double sum = 0;
    for (int at = 0; at < x.length; at += dimension) {
      sum += (double) x[at + j] * x[at + k];
    }
    return sum;
  }
}
