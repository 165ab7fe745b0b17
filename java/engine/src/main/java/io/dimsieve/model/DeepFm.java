package io.dimsieve.model;

/** DeepFM (Guo et al. 2017): first-order term + factorization machine + hidden layers, on shared embeddings. */
public final class DeepFm implements Architecture {

  @Override
  public String name() {
    return "deepfm";
  }

  @Override
  public String summary() {
    return "DeepFM: first-order weights + factorization machine + MLP on shared embeddings";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    N embedding = graph.embedding();
    return graph.sum(graph.sum(graph.linear(), graph.fm(embedding)), graph.mlp(embedding));
  }
}
