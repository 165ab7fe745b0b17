package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/**
 * Orthogonal regularity of the columns of each table: λ/(F D (D−1)) Σ_f R(E_f), with R = ‖EᵀE − I‖² (soft orthogonality, Bansal et al. 2018) or
 * Σ_{j≠k} cos²(E_j, E_k) (the same on normalised columns, free of scale). Its gradient is E M, with M from the Gram matrix alone, so that the fused
 * update can add it row by row.
 *
 * <p>Fields with fewer than 2 D rows are left out: their columns cannot be orthogonal. The Gram is computed exactly by {@link #refresh}; in
 * between the fused update keeps it up to date, or it is left as it was: D² multiply-adds per touched row against a Gram some steps old.
 */
public final class OrthogonalRegularity {

  /** Penalties; the ordinal is the native DS_SO.. constant. */
  public enum Form {
    /** ‖G − I‖²: also pulls columns to unit length. */
    SOFT,
    /** Squared cosines. */
    NORMALIZED
  }

  private final Backend backend;
  private final EmbeddingTable table;
  private final Form form;
  private final boolean kept;
  private final Tensor gram;
  private final Tensor matrix;
  private final Tensor penalty;
  private final Tensor scale;
  private final Tensor workspace;

  /**
   * The regularity of a table's columns.
   *
   * @param lambda weight
   * @param kept whether the fused update keeps the Gram matrices up to date
   */
  public OrthogonalRegularity(Backend backend, Allocator owner, EmbeddingTable table, Form form, double lambda, boolean kept) {
    this.backend = backend;
    this.kept = kept;
    this.table = table;
    this.form = form;
    EmbeddingLayout layout = table.layout();
    gram = Tensor.allocate(backend, owner, Tensor.Type.F64, 1, table.squares());
    matrix = Tensor.floats(backend, owner, 1, table.squares());
    penalty = Tensor.allocate(backend, owner, Tensor.Type.F64, 1, layout.fields());
    scale = Tensor.floats(backend, owner, 1, layout.fields());
    workspace = Tensor.floats(backend, owner, 1, Workspace.GRAM_PARTS * table.squares());
    float[] scales = new float[layout.fields()];
    for (int f = 0; f < scales.length; f++) {
      int width = layout.width(f);
      boolean possible = width > 1 && layout.rows(f) >= 2 * width;
      scales[f] = possible ? (float) (lambda / ((double) width * (width - 1) * scales.length)) : 0;
    }
    scale.set(0, scales);
  }

  /** Computes the Gram matrices from the tables. */
  public void refresh() {
    Status.check(
        "gram",
        Native.ds_gram(
            backend.handle(), backend.stream(), table.values().address(), table.base().address(), table.width().address(),
            table.rows().address(), 0, table.squareBase().address(), gram.address(), workspace.address(), table.layout().fields()));
  }

  /** Turns the Gram matrices, as they are now, into penalties and gradient matrices. */
  public void derive() {
    Status.check(
        "regularity",
        Native.ds_regularity(
            backend.handle(), backend.stream(), gram.address(), table.squareBase().address(), table.width().address(),
            table.column().address(), table.maskAddress(), scale.address(), form.ordinal(), matrix.address(), penalty.address(),
            table.layout().fields()));
  }

  /** F32 [1, Σ width²]: the M of each field, times its weight. */
  Tensor matrix() {
    return matrix;
  }

  /** Address of the Gram matrices for the fused update to keep up to date; 0 when it need not. */
  long keptGram() {
    return kept ? gram.address() : 0;
  }

  /** Weighted penalty of each field as of the last {@link #derive}. */
  public double[] penalties() {
    return penalty.toDoubles();
  }
}
