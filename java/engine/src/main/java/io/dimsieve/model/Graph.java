package io.dimsieve.model;

/**
 * What a model is written in. The trainer's graph records a tape, the exporter's writes the flat program that scoring runs; a model describes itself
 * once for both.
 *
 * @param <N> a value [batch, ...] of the graph
 */
public interface Graph<N> {

  /** First-order term [batch, 1]: w0 + Σ_f w[id_f]. */
  N linear();

  /** Embeddings of all fields side by side [batch, columns]. */
  N embedding();

  /** Factorization-machine term [batch, 1] of the embeddings of all fields, of which the model makes nothing else. */
  default N fm() {
    return fm(embedding());
  }

  /** Factorization-machine term [batch, 1] of embeddings. */
  N fm(N embedding);

  /** Inner products of all pairs of fields [batch, F (F − 1) / 2] of embeddings. */
  N innerProducts(N embedding);

  /** The configured cross layers [batch, columns] on embeddings. */
  N cross(N embedding);

  /** The configured self-attention layers [batch, fields · heads · size] on embeddings, brought to that size by a linear map per field. */
  N attention(N embedding);

  /** Two values side by side; only the first may begin with the embeddings. */
  N concat(N a, N b);

  /** Term [batch, 1] of the configured hidden layers on {@code input}. */
  N mlp(N input);

  /** Term [batch, 1]: a linear map of {@code input} without a bias; one a model. */
  N head(N input);

  /** Sum of two terms. */
  N sum(N a, N b);
}
