package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/**
 * Mean binary cross-entropy of logits [batch, 1]: L = mean_b[max(z, 0) − z y + log(1 + e^−|z|)]. Forward writes the loss and, in training, already the
 * logits' gradient (σ(z) − y) / batch.
 */
public final class BceWithLogits implements Op {

  private final Backend backend;
  private final Variable logits;
  private final Tensor labels;
  private final Tensor loss;
  private final Tensor workspace;

  /**
   * The loss.
   *
   * @param labels F32 [capacity, 1] of 0 and 1
   * @param loss F64 [1, 1]
   * @param workspace F64, at least ceil(capacity / {@link Workspace#ROW_CHUNK})
   */
  public BceWithLogits(Backend backend, Variable logits, Tensor labels, Tensor loss, Tensor workspace) {
    this.backend = backend;
    this.logits = logits.consumedBy(this);
    this.labels = labels;
    this.loss = loss;
    this.workspace = workspace;
  }

  @Override
  public void forward(int batch, boolean training) {
    Status.check(
        "bce_with_logits",
        Native.ds_bce_with_logits(
            backend.handle(), backend.stream(), logits.value().address(), labels.address(), loss.address(),
            training ? logits.gradient().address() : 0, workspace.address(), batch));
  }

  @Override
  public void backward(int batch) {}
}
