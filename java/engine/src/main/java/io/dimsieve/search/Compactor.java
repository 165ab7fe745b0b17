package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Carries a plan out: makes a model with the smaller tables and gives it the weights of the larger one whose columns survive. The result scores as
 * the larger model does with the removed columns masked, bit for bit: what a masked column adds to any sum is an exact zero.
 */
public final class Compactor {

  private static final int PIECE = 1 << 20;

  private Compactor() {}

  /**
   * The compacted model.
   *
   * @param source model whose layout keeps at least the target's columns
   * @param target layout of the compacted model
   * @param capacity rows of its largest batch
   */
  public static CtrModel compact(Backend backend, CtrModel source, EmbeddingLayout target, int capacity) {
    CtrModel compact = new CtrModel(backend, source.spec(), target, capacity);
    copy(source, compact);
    return compact;
  }

  /**
   * Copies into {@code target} the weights of {@code source} that survive in its layout: columns, the first rows of each table, unmasked entries.
   *
   * @throws ConfigurationException when the source is another kind of model, of other sizes, or has not got what the target keeps
   */
  public static void copy(CtrModel source, CtrModel target) {
    requireAlike(source, target);
    int[][] survivors = survivors(source.layout(), target.layout());
    if (target.firstOrder() != null) {
      copyTables(source.firstOrder(), target.firstOrder(), survivors(source.firstOrder().layout(), target.firstOrder().layout()));
    }
    if (target.embeddings() != null) {
      copyTables(source.embeddings(), target.embeddings(), survivors);
      target.embeddings().clearMasked();
    }
    Map<String, Tensor> from = source.arrays();
    List<Weights> dense = new ArrayList<>(target.tape().weights());
    dense.addAll(target.tape().buffers());
    for (Weights weights : dense) {
      Tensor original = from.get(weights.name());
      if (original == null) {
        throw new ConfigurationException("the weights to begin with have no array " + weights.name());
      }
      copySlice(original, weights, source.layout(), survivors);
    }
  }

  private static void requireAlike(CtrModel source, CtrModel target) {
    if (!source.spec().architecture().equals(target.spec().architecture())) {
      throw new ConfigurationException("weights of a " + source.spec().architecture() + " model do not fit a " + target.spec().architecture());
    }
    EmbeddingLayout from = source.layout();
    EmbeddingLayout to = target.layout();
    if (from.fields() != to.fields() || from.dimension() != to.dimension()) {
      throw new ConfigurationException(
          "weights for " + from.fields() + " fields of dimension " + from.dimension() + " do not fit " + to.fields() + " of " + to.dimension());
    }
    for (int f = 0; f < to.fields(); f++) {
      if (to.rows(f) > from.rows(f)) {
        throw new ConfigurationException("field " + f + " has " + to.rows(f) + " rows, the weights to begin with only " + from.rows(f));
      }
    }
  }

  /** For each field, where its target columns stand among its source columns. */
  private static int[][] survivors(EmbeddingLayout source, EmbeddingLayout target) {
    int[][] places = new int[target.fields()][];
    for (int f = 0; f < places.length; f++) {
      int[] have = source.kept(f);
      int[] want = target.kept(f);
      places[f] = new int[want.length];
      for (int j = 0; j < want.length; j++) {
        places[f][j] = java.util.Arrays.binarySearch(have, want[j]);
        if (places[f][j] < 0) {
          throw new ConfigurationException("field " + f + " lost column " + want[j] + " before; it cannot be kept now");
        }
      }
    }
    return places;
  }

  private static void copyTables(EmbeddingTable source, EmbeddingTable target, int[][] survivors) {
    for (int f = 0; f < survivors.length; f++) {
      int width = source.layout().width(f);
      int kept = survivors[f].length;
      if (kept == 0) {
        continue;
      }
      int rowsPerPiece = Math.max(1, PIECE / width);
      for (int first = 0; first < target.layout().rows(f); first += rowsPerPiece) {
        int rows = Math.min(rowsPerPiece, target.layout().rows(f) - first);
        float[] values = source.values().get(source.base(f) + (long) first * width, rows * width);
        float[] slim = new float[rows * kept];
        for (int r = 0; r < rows; r++) {
          for (int j = 0; j < kept; j++) {
            slim[r * kept + j] = values[r * width + survivors[f][j]];
          }
        }
        target.values().set(target.base(f) + (long) first * kept, slim);
      }
    }
  }

  /** Copies what survives of a matrix, of whose axes some begin with the embedding columns. */
  private static void copySlice(Tensor source, Weights target, EmbeddingLayout layout, int[][] survivors) {
    int[] rows = target.axes().rows() ? places(layout, survivors, (int) source.rows()) : all((int) source.rows());
    int[] columns = target.axes().columns() ? places(layout, survivors, (int) source.columns()) : all((int) source.columns());
    if (rows.length != target.value().rows() || columns.length != target.value().columns()) {
      throw new ConfigurationException(
          "array " + target.name() + " is " + target.value().rows() + " × " + target.value().columns() + ", the weights to begin with leave "
              + rows.length + " × " + columns.length);
    }
    float[] kept = new float[rows.length * columns.length];
    for (int r = 0; r < rows.length; r++) {
      float[] row = source.get((long) rows[r] * source.columns(), (int) source.columns());
      for (int c = 0; c < columns.length; c++) {
        kept[r * columns.length + c] = row[columns[c]];
      }
    }
    target.value().set(0, kept);
  }

  private static int[] all(int length) {
    return IntStream.range(0, length).toArray();
  }

  /** Places of the surviving columns on an axis that begins with the columns of a layout, then of everything that follows them. */
  private static int[] places(EmbeddingLayout layout, int[][] survivors, int length) {
    IntStream kept = IntStream.range(0, survivors.length).flatMap(f -> IntStream.of(survivors[f]).map(place -> layout.column(f) + place));
    return IntStream.concat(kept, IntStream.range(layout.columns(), length)).toArray();
  }
}
