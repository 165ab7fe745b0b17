package io.dimsieve.model;

/**
 * AutoInt+ (Song et al. 2019): self-attention over the fields beside hidden layers. Fields of any width first meet in a linear map per field to the
 * attention's size; there is no first-order term, as in FuxiCTR and in PEP's code.
 */
public final class AutoInt implements Architecture {

  @Override
  public String name() {
    return "autoint";
  }

  @Override
  public String summary() {
    return "AutoInt+: multi-head self-attention over the fields beside an MLP, on shared embeddings";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    N embedding = graph.embedding();
    return graph.sum(graph.head(graph.attention(embedding)), graph.mlp(embedding));
  }
}
