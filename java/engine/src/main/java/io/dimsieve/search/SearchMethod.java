package io.dimsieve.search;

import java.util.List;

/** A way to find which columns of the embedding tables to keep. Stateless; a run's state lives in its call. */
public interface SearchMethod {

  /** Name in files and on the command line. */
  String name();

  /** One line for people, with the source. */
  String summary();

  /**
   * Searches once and gives one plan per budget of the task, in its order.
   *
   * @throws io.dimsieve.TrainingDivergedException when the super-net's loss is no number
   */
  List<DimensionPlan> search(SearchTask task);

  /** False when the weights that {@link SearchListener#found} gives are those to serve, and training a plan's model again would defeat the method. */
  default boolean retrains() {
    return true;
  }
}
