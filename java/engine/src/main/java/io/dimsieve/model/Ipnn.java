package io.dimsieve.model;

/** IPNN (Qu et al. 2016): hidden layers on the embeddings and the inner products of all pairs of fields; no first-order term, as in the paper. */
public final class Ipnn implements Architecture {

  @Override
  public String name() {
    return "ipnn";
  }

  @Override
  public String summary() {
    return "IPNN: MLP on the embeddings and their pairwise inner products";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    N embedding = graph.embedding();
    return graph.mlp(graph.concat(embedding, graph.innerProducts(embedding)));
  }
}
