package io.dimsieve.search;

import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Part;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainingStep;

/**
 * What a band of rows loses with each direction of its field's embeddings, estimated on a trained model.
 *
 * <p>The directions u of a field are the principal axes of its embeddings as the data use them, Σ_b e_b e_bᵀ. Taking direction u from the rows of a band
 * changes e by −(e·u) u, and to second order the loss, summed over the samples b that hit the band, by
 *
 * <pre>  −Σ_b (δ_b·u)(e_b·u) + ½ Σ_b (δ_b·u)² (e_b·u)² </pre>
 *
 * with δ = ∂loss_b/∂e and the squared gradient for the curvature (empirical Fisher). On validation rows the first term takes away what rare rows have
 * merely learnt by heart.
 */
final class BandSaliency {

  private final int dimension;
  private final FrequencyBands bands;
  private final double[][][] axes;
  private final double[][] first;
  private final double[][] second;

  private BandSaliency(EmbeddingLayout layout, FrequencyBands bands) {
    this.dimension = layout.dimension();
    this.bands = bands;
    this.axes = new double[layout.fields()][][];
    this.first = new double[layout.fields()][];
    this.second = new double[layout.fields()][];
    for (int f = 0; f < first.length; f++) {
      first[f] = new double[bands.bands(f) * dimension];
      second[f] = new double[bands.bands(f) * dimension];
    }
  }

  /**
   * Measures a uniform model on all rows of a part.
   *
   * @param batch rows of a batch, at most the model's capacity
   */
  static BandSaliency of(SearchTask task, CtrModel model, FrequencyBands bands, Part part, int batch) {
    BandSaliency saliency = new BandSaliency(model.layout(), bands);
    double[][][] moments = new double[model.layout().fields()][saliency.dimension][saliency.dimension];
    saliency.visit(task, model, part, batch, (rows, values, gradients) -> saliency.addMoments(rows, values, moments));
    for (int f = 0; f < moments.length; f++) {
      saliency.axes[f] = SymmetricEigen.vectors(moments[f]);
    }
    saliency.visit(task, model, part, batch, saliency::addLosses);
    return saliency;
  }

  @FunctionalInterface
  private interface Visitor {
    void accept(Batch rows, float[] values, float[] gradients);
  }

  private void visit(SearchTask task, CtrModel model, Part part, int batch, Visitor visitor) {
    try (TrainingStep step = new TrainingStep(model, task.train());
        BatchReader reader = BatchReader.inOrder(task.dataset(), part, batch, HostAllocator.INSTANCE)) {
      Variable matrix = model.lookup().keepMatrix();
      reader.beginEpoch(0);
      for (Batch rows; (rows = reader.next()) != null; ) {
        step.backpropagate(rows.ids(), rows.labels(), rows.size());
        int n = Math.multiplyExact(rows.size(), model.layout().columns());
        visitor.accept(rows, matrix.value().get(0, n), matrix.gradient().get(0, n));
      }
    }
  }

  private void addMoments(Batch rows, float[] values, double[][][] moments) {
    int fields = moments.length;
    for (int b = 0; b < rows.size(); b++) {
      for (int f = 0; f < fields; f++) {
        int at = (b * fields + f) * dimension;
        for (int i = 0; i < dimension; i++) {
          double[] row = moments[f][i];
          for (int j = 0; j < dimension; j++) {
            row[j] += (double) values[at + i] * values[at + j];
          }
        }
      }
    }
  }

  private void addLosses(Batch rows, float[] values, float[] gradients) {
    int fields = axes.length;
    for (int b = 0; b < rows.size(); b++) {
      for (int f = 0; f < fields; f++) {
        int at = (b * fields + f) * dimension;
        int to = bands.band(f, rows.id(b, f)) * dimension;
        for (int k = 0; k < dimension; k++) {
          double value = 0;
          double gradient = 0;
          for (int j = 0; j < dimension; j++) {
            value += axes[f][k][j] * values[at + j];
            gradient += axes[f][k][j] * gradients[at + j];
          }
          double product = value * gradient * rows.size(); // the gradient is of the batch's mean loss
          first[f][to + k] -= product;
          second[f][to + k] += 0.5 * product * product;
        }
      }
    }
  }

  /** Loss, summed over the rows looked at, that a band is estimated to gain by its k-th direction; may be negative. */
  double gain(int field, int band, int direction) {
    return first[field][band * dimension + direction] + second[field][band * dimension + direction];
  }
}
