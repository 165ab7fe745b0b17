package io.dimsieve.search;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/**
 * The hard auxiliary mask: one parameter m per (field, base column), h = 1[m > 0] in the forward pass, and in the backward pass
 * ∂L/∂m = (G + μ c) q(m), with G the field-wise mask gradient, c the cost of a column and q a surrogate for the step's derivative.
 */
final class HamMask {

  private static final double START = 0.5;

  private final Backend backend;
  private final HamSettings settings;
  private final EmbeddingTable table;
  private final int columns;
  private final double[] cost;
  private final Tensor m;
  private final Tensor mask;
  private final Tensor gradient;
  private final Tensor costs;
  private final Tensor pressure;
  private final Tensor change;
  private final double[] velocity;
  private final boolean[] open;
  private boolean changed;
  private double unit = 1;

  HamMask(Backend backend, Allocator owner, HamSettings settings, EmbeddingTable table) {
    this.backend = backend;
    this.settings = settings;
    this.table = table;
    EmbeddingLayout layout = table.layout();
    this.columns = layout.columns();
    this.cost = relativeCosts(layout, settings.gamma());
    this.velocity = new double[columns];
    this.open = new boolean[columns];
    m = Tensor.floats(backend, owner, 1, columns);
    mask = Tensor.floats(backend, owner, 1, columns);
    gradient = Tensor.floats(backend, owner, 1, columns);
    costs = Tensor.floats(backend, owner, 1, columns);
    pressure = Tensor.floats(backend, owner, 1, 1);
    change = Tensor.floats(backend, owner, 1, columns);
    float[] start = new float[columns];
    for (int f = 0; f < layout.fields(); f++) {
      int cap = settings.capped() ? layout.rows(f) : Integer.MAX_VALUE;
      for (int j = 0; j < layout.width(f); j++) {
        start[layout.column(f) + j] = j < cap ? (float) START : Float.NEGATIVE_INFINITY;
      }
    }
    float[] asFloats = new float[columns];
    for (int c = 0; c < columns; c++) {
      asFloats[c] = (float) cost[c];
    }
    costs.set(0, asFloats);
    write(start);
  }

  /** Rows^γ of each column's field, scaled to a mean of 1 over columns. */
  private static double[] relativeCosts(EmbeddingLayout layout, double gamma) {
    double[] cost = new double[layout.columns()];
    double sum = 0;
    for (int f = 0, c = 0; f < layout.fields(); f++) {
      for (int j = 0; j < layout.width(f); j++) {
        sum += cost[c++] = Math.pow(layout.rows(f), gamma);
      }
    }
    for (int c = 0; c < cost.length; c++) {
      cost[c] *= cost.length / sum;
    }
    return cost;
  }

  /** F32 [1, columns]: h, behind the embeddings. */
  Tensor mask() {
    return mask;
  }

  /** F32 [1, columns]: where the fused backward writes G. */
  Tensor gradient() {
    return gradient;
  }

  /** Sets m, and h ← 1[m > 0]. */
  private void write(float[] values) {
    m.set(0, values);
    Status.check("mask_open", Native.ds_mask_open(backend.handle(), backend.stream(), m.address(), mask.address(), columns));
    for (int c = 0; c < columns; c++) {
      changed |= open[c] != values[c] > 0;
      open[c] = values[c] > 0;
    }
  }

  /** True when a column opened or closed since this was last asked. */
  boolean tookChange() {
    boolean since = changed;
    changed = false;
    return since;
  }

  /** Mean |G| of the last step. */
  double meanGradient() {
    double sum = 0;
    for (float g : gradient.toArray()) {
      sum += Math.abs(g);
    }
    return sum / columns;
  }

  /** Sets what a mask gradient of 1 means from here on. */
  void unit(double meanGradient) {
    unit = meanGradient > 0 ? meanGradient : 1;
    pressure.set(0, new float[] {(float) (settings.mu() * (settings.normalize() ? 1 : unit))});
  }

  /** One gradient step on m with momentum. */
  void step() {
    Status.check(
        "mask_surrogate",
        Native.ds_mask_surrogate(
            backend.handle(), backend.stream(), m.address(), gradient.address(), costs.address(), pressure.address(),
            table.width().address(), table.column().address(), settings.surrogate().ordinal(), (float) settings.slope(),
            settings.normalize() ? 1 : 0, change.address(), table.layout().fields()));
    float[] values = m.toArray();
    float[] by = change.toArray();
    double rate = settings.rate() / (settings.normalize() ? 1 : unit);
    for (int c = 0; c < columns; c++) {
      velocity[c] = settings.momentum() * velocity[c] + (1 - settings.momentum()) * by[c];
      values[c] -= (float) (rate * velocity[c]);
    }
    write(values);
  }

  /**
   * Raises the pressure by just as much as the budget needs: m ← m − δ c with the least δ ≥ 0 for which the open columns fit. The same as a dual
   * update of μ solved exactly, so every budget on the way is met.
   */
  void press(Budget budget) {
    EmbeddingLayout uniform = table.layout();
    double[] density = density();
    EmbeddingLayout fits = ColumnSelection.select(uniform, density, budget);
    // δ lies between the best column that must close and the worst that stays.
    boolean[] stays = new boolean[columns];
    for (int f = 0; f < uniform.fields(); f++) {
      for (int j : fits.kept(f)) {
        stays[uniform.column(f) + j] = true;
      }
    }
    double delta = 0;
    for (int c = 0; c < columns; c++) {
      if (!stays[c]) {
        delta = Math.max(delta, density[c]);
      }
    }
    if (delta > 0) {
      float[] values = m.toArray();
      for (int c = 0; c < columns; c++) {
        values[c] -= (float) (delta * cost[c]);
      }
      write(values);
    }
  }

  /** m / c of every column: the order in which pressure closes them. */
  double[] density() {
    float[] values = m.toArray();
    double[] density = new double[columns];
    for (int c = 0; c < columns; c++) {
      density[c] = values[c] / cost[c];
    }
    return density;
  }
}
