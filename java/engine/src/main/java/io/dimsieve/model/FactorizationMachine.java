package io.dimsieve.model;

/** Factorization machine (Rendle 2010): first-order term + pairwise inner products of embeddings. */
public final class FactorizationMachine implements Architecture {

  @Override
  public String name() {
    return "fm";
  }

  @Override
  public String summary() {
    return "factorization machine: first-order weights + pairwise inner products";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    return graph.sum(graph.linear(), graph.fm());
  }
}
