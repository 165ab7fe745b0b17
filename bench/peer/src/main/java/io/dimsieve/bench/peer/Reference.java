package io.dimsieve.bench.peer;

import static io.dimsieve.bench.peer.Workload.BATCH;
import static io.dimsieve.bench.peer.Workload.COLUMNS;
import static io.dimsieve.bench.peer.Workload.DIMENSION;
import static io.dimsieve.bench.peer.Workload.FIELDS;

/** The right answers, in double, one plain loop each. */
final class Reference {

  private Reference() {}

  /** Gradients of the rows, [Σ rows · D] = Σ_b δ m, and of the mask, [columns] = Σ_b δ e; δ is the gradient from above. */
  record Gradients(double[] rows, double[] mask) {}

  /** Embeddings of the first batch times the mask, when there is one: [BATCH × COLUMNS], exact in float. */
  static float[] gather(Workload work, float[] table, float[] mask) {
    float[] out = new float[BATCH * COLUMNS];
    for (int i = 0; i < out.length; i++) {
      out[i] = mask == null ? table[entry(work, i)] : table[entry(work, i)] * mask[i % COLUMNS];
    }
    return out;
  }

  static Gradients gradients(Workload work, float[] table) {
    double[] rows = new double[table.length];
    double[] mask = new double[COLUMNS];
    for (int i = 0; i < BATCH * COLUMNS; i++) {
      int entry = entry(work, i);
      rows[entry] += (double) work.upstream()[i] * work.mask()[i % COLUMNS];
      mask[i % COLUMNS] += (double) work.upstream()[i] * table[entry];
    }
    return new Gradients(rows, mask);
  }

  /** A table after Adam's first step, which moves an entry against its gradient by the learning rate. */
  static double[] afterAdam(float[] table, double[] gradient) {
    double[] after = new double[table.length];
    for (int i = 0; i < after.length; i++) {
      after[i] = table[i] - Workload.RATE * gradient[i] / (Math.abs(gradient[i]) + 1e-8);
    }
    return after;
  }

  /** Σ over fields of ‖EᵀE − I‖², and its gradient 4 E (EᵀE − I) [Σ rows · D]. */
  record Orthogonality(double penalty, double[] gradient) {}

  static Orthogonality orthogonality(Workload work, float[] table) {
    double penalty = 0;
    double[] gradient = new double[table.length];
    for (int f = 0; f < FIELDS; f++) {
      int begin = f * work.tableRows() * DIMENSION;
      int end = begin + work.tableRows() * DIMENSION;
      double[] off = new double[DIMENSION * DIMENSION];
      for (int row = begin; row < end; row += DIMENSION) {
        for (int j = 0; j < off.length; j++) {
          off[j] += (double) table[row + j / DIMENSION] * table[row + j % DIMENSION];
        }
      }
      for (int j = 0; j < off.length; j++) {
        off[j] -= j / DIMENSION == j % DIMENSION ? 1 : 0;
        penalty += off[j] * off[j];
      }
      for (int row = begin; row < end; row += DIMENSION) {
        for (int j = 0; j < off.length; j++) {
          gradient[row + j % DIMENSION] += 4 * table[row + j / DIMENSION] * off[j];
        }
      }
    }
    return new Orthogonality(penalty, gradient);
  }

  /** Mean binary cross-entropy of a model on the first batch. */
  static double loss(Workload work, Weights weights) {
    double sum = 0;
    for (int b = 0; b < BATCH; b++) {
      double logit = logit(work, weights, b);
      sum += Math.max(logit, 0) - logit * work.labels()[0][b] + Math.log1p(Math.exp(-Math.abs(logit)));
    }
    return sum / BATCH;
  }

  private static double logit(Workload work, Weights weights, int row) {
    double[] e = new double[COLUMNS];
    double logit = weights.array("linear.bias")[0];
    for (int f = 0; f < FIELDS; f++) {
      logit += weights.array("linear.weight")[entry(work, row * COLUMNS + f * DIMENSION) / DIMENSION];
    }
    for (int d = 0; d < DIMENSION; d++) {
      double sum = 0;
      double squares = 0;
      for (int f = 0; f < FIELDS; f++) {
        double value = weights.array("embedding")[entry(work, row * COLUMNS + f * DIMENSION + d)];
        e[f * DIMENSION + d] = value;
        sum += value;
        squares += value * value;
      }
      logit += (sum * sum - squares) / 2;
    }
    return weights.hidden().length == 0 ? logit : logit + perceptron(weights, e);
  }

  private static double perceptron(Weights weights, double[] input) {
    double[] x = input;
    for (int k = 0; k <= weights.hidden().length; k++) {
      float[] bias = weights.array("mlp." + k + ".bias");
      float[] weight = weights.array("mlp." + k + ".weight");
      double[] y = new double[bias.length];
      for (int i = 0; i < x.length; i++) {
        for (int j = 0; j < y.length; j++) {
          y[j] += x[i] * weight[i * y.length + j];
        }
      }
      for (int j = 0; j < y.length; j++) {
        y[j] = k < weights.hidden().length ? Math.max(0, y[j] + bias[j]) : y[j] + bias[j];
      }
      x = y;
    }
    return x[0];
  }

  /** Where all tables stand below each other, the entry that the first batch's matrix has at {@code i}. */
  private static int entry(Workload work, int i) {
    int field = i / DIMENSION % FIELDS;
    return (field * work.tableRows() + work.ids()[0][i / DIMENSION]) * DIMENSION + i % DIMENSION;
  }
}
