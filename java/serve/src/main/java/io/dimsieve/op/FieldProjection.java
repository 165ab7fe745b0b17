package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.EmbeddingLayout;

/**
 * A linear map per field to a common size: e [batch, Σ width_f] → [batch, fields · size], out_f = e_f M_f with M_f [width_f, size]. It lets fields of
 * unequal width meet in an inner product (SSEDS, section on aligning sizes). A field of width 0 gives zeros. Whose sums these are, {@link MatMul} says.
 */
public final class FieldProjection implements Op {

  private final Backend backend;
  private final Variable e;
  private final EmbeddingLayout layout;
  private final Weights maps;
  private final int size;
  private final Variable out;

  /**
   * The maps.
   *
   * @param maps [Σ width_f, size]: the M_f below each other, in field order
   */
  public FieldProjection(Backend backend, Variable e, EmbeddingLayout layout, Weights maps, Variable out) {
    this.backend = backend;
    this.e = e.consumedBy(this);
    this.layout = layout;
    this.maps = maps;
    this.size = (int) maps.value().columns();
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    int column = 0;
    for (int f = 0; f < layout.fields(); f++) {
      int width = layout.width(f);
      long x = e.value().address() + 4L * column;
      long map = maps.value().address() + 4L * column * size;
      long y = out.value().address() + 4L * f * size;
      if (training) {
        product(0, 0, batch, size, width, x, e.columns(), map, size, 0, y, out.columns());
      } else {
        Status.check(
            "dense_forward",
            Native.ds_dense_forward(backend.handle(), backend.stream(), x, e.columns(), map, 0, 0, 0, y, out.columns(), batch, width, size));
      }
      column += width;
    }
  }

  @Override
  public void backward(int batch) {
    int column = 0;
    for (int f = 0; f < layout.fields(); f++) {
      int width = layout.width(f);
      long dy = out.gradient().address() + 4L * f * size;
      long map = 4L * column * size;
      product(
          1, 0, width, size, batch, e.value().address() + 4L * column, e.columns(), dy, out.columns(), 0, maps.gradient().address() + map,
          size);
      product(
          0, 1, batch, width, size, dy, out.columns(), maps.value().address() + map, size, e.accumulates(this),
          e.gradient().address() + 4L * column, e.columns());
      column += width;
    }
  }

  private void product(
      int transposeA, int transposeB, long m, long n, long k, long a, long strideA, long b, long strideB, float beta, long c, long strideC) {
    Status.check(
        "matmul",
        Native.ds_matmul(backend.handle(), backend.stream(), transposeA, transposeB, m, n, k, a, strideA, b, strideB, beta, c, strideC));
  }
}
