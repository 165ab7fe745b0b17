package io.dimsieve.op;

/** One operation of a static graph. Both calls allocate nothing. */
public interface Op {

  /**
   * Computes the output's value for the first {@code batch} rows.
   *
   * @param training true during training: dropout draws, batch norm uses batch statistics
   */
  void forward(int batch, boolean training);

  /** Turns the output's gradient into the inputs' gradients, after {@code forward(batch, true)}. */
  void backward(int batch);
}
