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

  /** Factorization-machine term [batch, 1] of embeddings. */
  N fm(N embedding);

  /** Term [batch, 1] of the configured hidden layers on {@code input}. */
  N mlp(N input);

  /** Sum of two terms. */
  N sum(N a, N b);
}
