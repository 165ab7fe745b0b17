package io.dimsieve.op;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.tensor.Tensor;

/**
 * Batch normalisation [batch, n] → [batch, n]: y = γ (x − μ) / √(σ² + ε) + β, with the batch's statistics in training and running ones otherwise
 * (Ioffe & Szegedy 2015).
 */
public final class BatchNorm implements Op {

  /** What is added to a variance. */
  public static final float EPSILON = 1e-5f;

  private static final float MOMENTUM = 0.1f;

  private final Backend backend;
  private final Variable x;
  private final Weights gamma;
  private final Weights beta;
  private final Tensor runningMean;
  private final Tensor runningVariance;
  private final Tensor mean;
  private final Tensor inverseDeviation;
  private final Tensor workspace;
  private final Variable out;

  /**
   * The layer.
   *
   * @param mean scratch [1, n] that backward reads, as is {@code inverseDeviation}
   * @param workspace at least 2 · ceil(capacity / {@link Workspace#ROW_CHUNK}) · n floats
   */
  public BatchNorm(
      Backend backend, Variable x, Weights gamma, Weights beta, Tensor runningMean, Tensor runningVariance, Tensor mean,
      Tensor inverseDeviation, Tensor workspace, Variable out) {
    this.backend = backend;
    this.x = x.consumedBy(this);
    this.gamma = gamma;
    this.beta = beta;
    this.runningMean = runningMean;
    this.runningVariance = runningVariance;
    this.mean = mean;
    this.inverseDeviation = inverseDeviation;
    this.workspace = workspace;
    this.out = out;
  }

  @Override
  public void forward(int batch, boolean training) {
    if (training) {
      Status.check(
          "batch_norm_forward",
          Native.ds_batch_norm_forward(
              backend.handle(), backend.stream(), x.value().address(), gamma.value().address(), beta.value().address(),
              out.value().address(), mean.address(), inverseDeviation.address(), runningMean.address(), runningVariance.address(), MOMENTUM,
              EPSILON, workspace.address(), batch, x.columns()));
    } else {
      Status.check(
          "batch_norm_inference",
          Native.ds_batch_norm_inference(
              backend.handle(), backend.stream(), x.value().address(), gamma.value().address(), beta.value().address(),
              runningMean.address(), runningVariance.address(), EPSILON, out.value().address(), batch, x.columns()));
    }
  }

  @Override
  public void backward(int batch) {
    Status.check(
        "batch_norm_backward",
        Native.ds_batch_norm_backward(
            backend.handle(), backend.stream(), x.value().address(), gamma.value().address(), mean.address(), inverseDeviation.address(),
            out.gradient().address(), x.gradient().address(), gamma.gradient().address(), beta.gradient().address(), workspace.address(),
            batch, x.columns()));
  }
}
