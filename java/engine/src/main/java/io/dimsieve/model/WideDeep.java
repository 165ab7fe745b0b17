package io.dimsieve.model;

/** Wide & Deep (Cheng et al. 2016): first-order term + hidden layers on the embeddings. */
public final class WideDeep implements Architecture {

  @Override
  public String name() {
    return "wide-deep";
  }

  @Override
  public String summary() {
    return "Wide & Deep: first-order weights + MLP on the embeddings";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    return graph.sum(graph.linear(), graph.mlp(graph.embedding()));
  }
}
