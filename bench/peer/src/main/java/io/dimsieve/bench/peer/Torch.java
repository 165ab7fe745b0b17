package io.dimsieve.bench.peer;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The operations of libtorch that the works need, as one Java library offers them.
 *
 * @param <T> the library's tensor
 */
interface Torch<T> {

  /** Distinct values, ascending, and for every value which of them it is. */
  record Unique<T>(T values, T inverse) {}

  /** What sets how matrix products run, by what a variant's name gets behind it. */
  default Map<String, Runnable> productSettings() {
    return Map.of("", () -> {});
  }

  /** Frees the tensors that a piece of work made, when it is done. */
  <R> R scoped(Supplier<R> body);

  default void scoped(Runnable body) {
    scoped(() -> {
      body.run();
      return null;
    });
  }

  T floats(float[] values, long... shape);

  T longs(long... values);

  /** All elements. */
  float[] values(T tensor);

  /** The same memory as a new leaf whose gradient {@link #backward} computes. */
  T leaf(T tensor);

  /** Gradients of the leaves below an output, given its own; null for the 1 of a scalar. */
  void backward(T output, T gradient);

  T gradient(T leaf);

  /** Rows [ids, columns] of a table, by the operation meant for it, which has the faster backward. */
  T embedding(T table, T ids);

  /** Rows [ids, columns] of a table, by index_select or what comes next to it. */
  T select(T table, T ids);

  /** Whether {@link #embeddingGradient} can be had. */
  default boolean hasEmbeddingGradient() {
    return false;
  }

  /** The dense gradient [rows, columns] of {@link #embedding}'s table from that of its output, without autograd. */
  default T embeddingGradient(T output, T ids, long rows) {
    throw new UnsupportedOperationException();
  }

  /** Overwrites rows of a table. */
  void put(T table, T ids, T rows);

  Unique<T> unique(T ids);

  T reshape(T tensor, long... shape);

  /** Swaps the last two axes of three. */
  T transposed(T tensor);

  T add(T a, T b);

  T add(T a, double b);

  T subtract(T a, T b);

  T multiply(T a, T b);

  T multiply(T a, double b);

  T divide(T a, T b);

  T squareRoot(T a);

  T sum(T a);

  T sum(T a, int axis);

  /** Products of matrices [n, ., .]. */
  T batchProduct(T a, T b);

  /** x w + bias. */
  T linear(T x, T weight, T bias);

  T relu(T a);

  T dropout(T a, double probability);

  /** Mean binary cross-entropy of logits. */
  T bce(T logits, T labels);

  /** The library's own dense Adam: what takes the gradients of the parameters, in their order, and updates them. */
  Consumer<List<T>> adam(List<T> parameters, double rate);
}
