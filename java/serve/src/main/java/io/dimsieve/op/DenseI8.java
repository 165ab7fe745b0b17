package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.tensor.Tensor;

/**
 * A dense layer of bytes: x [batch, in] → [batch, out], y = x w + bias, and with ReLU max(0, y). Weights are rounded to signed bytes with a scale per column,
 * each row of x to signed bytes with a scale of its own: an entry is off by half a step at most, 1/254 of the largest of its column or row. Sums are exact, so
 * a row gets the same bits in every batch. For serving; it has no backward.
 */
public final class DenseI8 implements Op {

  private static final int TO_A_WORD = 4;

  private final Backend backend;
  private final Variable x;
  private final Tensor packed;
  private final Tensor scale;
  private final Weights bias;
  private final boolean relu;
  private final Tensor workspace;
  private final Variable out;

  /**
   * The layer. What w holds later is not seen.
   *
   * @param owner of the rounded weights and of the scratch memory
   * @param w [in, out] floats, in at most 2^17
   * @param bias [1, out], or null for none
   */
  public DenseI8(Backend backend, Allocator owner, Variable x, Tensor w, Weights bias, boolean relu, Variable out) {
    this.backend = backend;
    this.x = x;
    this.bias = bias;
    this.relu = relu;
    this.out = out;
    long words = Workspace.chunks(w.rows(), TO_A_WORD);
    this.packed = Tensor.allocate(backend, owner, Tensor.Type.I32, words, w.columns());
    this.scale = Tensor.floats(backend, owner, 1, w.columns());
    this.workspace = Tensor.allocate(backend, owner, Tensor.Type.I32, x.value().rows(), words + 2);
    Status.check(
        "dense_i8_pack",
        Native.ds_dense_i8_pack(backend.handle(), backend.stream(), w.address(), packed.address(), scale.address(), w.rows(), w.columns()));
  }

  /** Bytes of the rounded weights and their scales. */
  public long bytes() {
    return packed.bytes() + scale.bytes();
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "dense_i8_forward",
        Native.ds_dense_i8_forward(
            backend.handle(), backend.stream(), x.value().address(), x.columns(), packed.address(), scale.address(),
            bias == null ? 0 : bias.value().address(), relu ? 1 : 0, workspace.address(), out.value().address(), out.columns(), batch, x.columns(),
            out.columns()));
  }

  @Override
  public void backward(int batch) {
    throw new UnsupportedOperationException("layers of bytes are not trained");
  }
}
