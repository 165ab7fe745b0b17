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
   * Brings the numbers of a step to the device.
   *
   * @param step number of the step, the first being 1
   * @param scale factor on the learning rate
   */
  void prepare(long step, double scale);

  /** The update of the step that was prepared. */
  void update(long step, int batch);

  /** One step: {@link #prepare} and {@link #update}. */
  default void step(long step, double scale, int batch) {
    prepare(step, scale);
    update(step, batch);
  }

  /** True when {@link #beforeForward} and {@link #update} are the same calls of kernels in every step, so that a device may record them. */
  default boolean recordable() {
    return false;
  }

  /** Brings every row to where it ought to be after {@code step} steps. */
  void flush(long step);

  /** Goes on after {@code step} steps done elsewhere, whose state was read back. */
  void startAfter(long step);

  /** Names and tensors of the state, for checkpoints. */
  void state(BiConsumer<String, Tensor> visitor);

  @Override
  void close();
}
