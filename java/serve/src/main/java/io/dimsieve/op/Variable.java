package io.dimsieve.op;

import io.dimsieve.tensor.Tensor;

/**
 * A value [capacity, columns] that operations pass on, with its gradient. Several operations may consume it: their gradients add up. Backward runs in
 * reverse order of recording, so the operation recorded last writes the gradient and the others add to it.
 */
public final class Variable {

  private final Tensor value;
  private final Tensor gradient;
  private Op lastConsumer;

  /**
   * A variable.
   *
   * @param gradient of the value's shape, or null when nothing below it learns
   */
  public Variable(Tensor value, Tensor gradient) {
    this.value = value;
    this.gradient = gradient;
  }

  public Tensor value() {
    return value;
  }

  public Tensor gradient() {
    return gradient;
  }

  public int columns() {
    return (int) value.columns();
  }

  /** Notes that an operation reads this variable; called in order of recording. */
  Variable consumedBy(Op op) {
    lastConsumer = op;
    return this;
  }

  /** 1 when the operation must add to the gradient, 0 when it must write it. */
  int accumulates(Op op) {
    return lastConsumer == op ? 0 : 1;
  }
}
