package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/**
 * Multi-head self-attention over the fields of a row, with residual and ReLU: x [batch, fields · 4 · heads · size], query, key, value and residual of
 * every field side by side → [batch, fields · heads · size]. Head by head,
 * out_f = max(0, Σ_g softmax_g(⟨q_f, k_g⟩ / √size) v_g + r_f) (AutoInt, Song et al. 2019, equations 5 to 8; scaled as in Vaswani et al. 2017).
 */
public final class FieldAttention implements Op {

  private final Backend backend;
  private final Variable x;
  private final int fields;
  private final int heads;
  private final int size;
  private final float scale;
  private final Tensor attention;
  private final Variable out;

  /**
   * The layer.
   *
   * @param x nothing else may consume it
   * @param attention scratch [capacity, heads · fields²] that backward reads
   */
  public FieldAttention(Backend backend, Variable x, int fields, int heads, int size, Tensor attention, Variable out) {
    this.backend = backend;
    this.x = x;
    this.fields = fields;
    this.heads = heads;
    this.size = size;
    this.scale = (float) (1 / Math.sqrt(size));
    this.attention = attention;
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "field_attention_forward",
        Native.ds_field_attention_forward(
            backend.handle(), backend.stream(), x.value().address(), attention.address(), out.value().address(), scale, batch, fields, heads,
            size));
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "field_attention_backward",
        Native.ds_field_attention_backward(
            backend.handle(), backend.stream(), x.value().address(), attention.address(), out.value().address(), out.gradient().address(),
            x.gradient().address(), scale, batch, fields, heads, size));
  }
}
