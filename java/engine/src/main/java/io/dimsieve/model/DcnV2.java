package io.dimsieve.model;

/**
 * DCN-V2 (Wang et al. 2021), parallel structure with full matrices: cross layers beside hidden layers. A linear map of both results, put side by side, to
 * the logit is the sum of a linear map of each; there is no first-order term, as in the paper and in FuxiCTR.
 */
public final class DcnV2 implements Architecture {

  @Override
  public String name() {
    return "dcnv2";
  }

  @Override
  public String summary() {
    return "DCN-V2: cross layers with full matrices beside an MLP, on shared embeddings";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    N embedding = graph.embedding();
    return graph.sum(graph.head(graph.cross(embedding)), graph.mlp(embedding));
  }
}
