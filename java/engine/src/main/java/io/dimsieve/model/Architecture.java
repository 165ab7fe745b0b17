package io.dimsieve.model;

/** What a model computes, without its sizes. Stateless. */
public interface Architecture {

  /** Name in files and on the command line. */
  String name();

  /** One line for people. */
  String summary();

  /** Builds the logit [batch, 1]. */
  <N> N logit(Graph<N> graph);
}
