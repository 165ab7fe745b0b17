package io.dimsieve.op;

/** What looks the embeddings of a batch up in tables that learn. */
public interface EmbeddingLookup extends Op {

  /** The gradient that backward leaves for the tables' update. */
  EmbeddingGradient gradient();

  /**
   * Asks for the batch matrix [capacity, columns] and its gradient, entry by entry: both are there after every backward from now on.
   *
   * @return the same variable however often it is asked for
   */
  Variable keepMatrix();
}
