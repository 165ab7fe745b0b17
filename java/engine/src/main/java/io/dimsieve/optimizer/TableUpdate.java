package io.dimsieve.optimizer;

import io.dimsieve.tensor.Tensor;
import java.util.function.BiConsumer;

/** How an embedding table learns from the gradient of the batch matrix; what a training step calls. */
public interface TableUpdate extends AutoCloseable {

  /**
   * Before the batch, whose groups are there, is read: its rows must be what they ought to be after {@code step - 1} steps.
   *
   * @param step number of the step, the first being 1
   */
  void beforeForward(long step, int batch);

  /**
   * One step.
   *
   * @param step number of the step, the first being 1
   * @param scale factor on the learning rate
   */
  void step(long step, double scale, int batch);

  /** Brings every row to where it ought to be after {@code step} steps. */
  void flush(long step);

  /** Goes on after {@code step} steps done elsewhere, whose state was read back. */
  void startAfter(long step);

  /** Names and tensors of the state, for checkpoints. */
  void state(BiConsumer<String, Tensor> visitor);

  @Override
  void close();
}
