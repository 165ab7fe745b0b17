package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/**
 * The first-order term: ids I32 [batch, fields] → [batch, 1], z = w0 + Σ_f w[id_f].
 *
 * <p>The gradient of each weight that occurs is the logit's; the optimizer's fused update takes it from the output's gradient. Backward itself only
 * sums the bias gradient.
 */
public final class Linear implements Op {

  private final Backend backend;
  private final EmbeddingTable table;
  private final Weights bias;
  private final Tensor ids;
  private final Variable out;
  private final Tensor workspace;

  /**
   * The term.
   *
   * @param table one column per field
   * @param bias [1, 1]
   * @param workspace at least ceil(capacity / {@link Workspace#ROW_CHUNK}) floats
   */
  public Linear(Backend backend, EmbeddingTable table, Weights bias, Tensor ids, Variable out, Tensor workspace) {
    this.backend = backend;
    this.table = table;
    this.bias = bias;
    this.ids = ids;
    this.out = out;
    this.workspace = workspace;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "linear_forward",
        Native.ds_linear_forward(
            backend.handle(), backend.stream(), table.values().address(), table.base().address(), table.rows().address(), ids.address(),
            bias.value().address(), out.value().address(), batch, table.layout().fields()));
  }

  @Override
  public void backward(int batch) {
    // A layer without ReLU and dropout passes its gradient through and sums it over the batch.
    Status.check(
        "bias_relu_dropout_backward",
        Native.ds_bias_relu_dropout_backward(
            backend.handle(), backend.stream(), out.value().address(), 0, 1.0f, out.gradient().address(), bias.gradient().address(),
            workspace.address(), batch, 1));
  }
}
