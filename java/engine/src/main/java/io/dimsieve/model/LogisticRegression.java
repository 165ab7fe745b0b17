package io.dimsieve.model;

/** Logistic regression on one-hot fields: the first-order term alone. */
public final class LogisticRegression implements Architecture {

  @Override
  public String name() {
    return "lr";
  }

  @Override
  public String summary() {
    return "logistic regression: first-order weights only, no embeddings";
  }

  @Override
  public <N> N logit(Graph<N> graph) {
    return graph.linear();
  }
}
