package io.dimsieve.bench.train;

import io.dimsieve.optimizer.OptimizerSpec;

/** How the tables learn. */
public enum TableRule {
  ADAGRAD(OptimizerSpec.of(OptimizerSpec.Rule.ADAGRAD, 1e-2, 0)),
  ADAM(OptimizerSpec.adam(1e-3)),
  /** Adam with L2 and exact dense semantics: rows are caught up before they are read. */
  DENSE_ADAM(OptimizerSpec.of(OptimizerSpec.Rule.ADAM, 1e-3, 1e-5).withExactDense(true));

  private final OptimizerSpec spec;

  TableRule(OptimizerSpec spec) {
    this.spec = spec;
  }

  OptimizerSpec spec() {
    return spec;
  }
}
