package io.dimsieve.search;

import io.dimsieve.model.CtrModel;

/** Who wants the super-net's weights at the moments of a search that retraining can begin from. The super-net belongs to the search. */
public interface SearchListener {

  /** Ignores everything. */
  SearchListener NONE = new SearchListener() {};

  /** The warm-up is over: all columns are there, none was pressed yet. */
  default void warmedUp(CtrModel superNet) {}

  /** A plan was taken; the super-net was trained with about the plan's columns. */
  default void found(DimensionPlan plan, CtrModel superNet) {}
}
