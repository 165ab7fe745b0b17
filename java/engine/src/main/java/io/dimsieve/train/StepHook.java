package io.dimsieve.train;

/** What may look into, and take part in, every training step. */
public interface StepHook {

  /**
   * Before the batch is read from the tables.
   *
   * @param step number of the step, the first being 1
   */
  default void beforeForward(long step) {}

  /** After the gradients of the batch are there, before any weight is updated. */
  default void beforeUpdate(long step) {}

  /** After all weights were updated; the mask gradient of the step is there. */
  default void afterUpdate(long step) {}

  /** After an epoch and its validation. */
  default void afterEpoch(int epoch) {}

  /** True when training should end after this step. */
  default boolean done() {
    return false;
  }
}
