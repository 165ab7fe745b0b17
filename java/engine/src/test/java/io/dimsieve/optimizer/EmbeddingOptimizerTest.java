package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.op.Weights;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingOptimizerTest {

  @ParameterizedTest
  @EnumSource(OptimizerSpec.Rule.class)
  void rowsOfTheBatchFollowTheFormulaAndTheOthersStay(OptimizerSpec.Rule rule) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 300, 221)) {
      OptimizerSpec spec = OptimizerSpec.of(rule, 0.05, 0);
      float[] before = fixture.table.values().toArray();
      int[] batch = fixture.batch(300);
      double[] g = fixture.denseGradient(batch, 300);
      fixture.optimizer(spec).step(1, 0.5, 300);
      float[] after = fixture.table.values().toArray();
      for (int i = 0; i < before.length; i++) {
        double move = switch (rule) {
          case SGD -> 0.025 * g[i];
          case ADAGRAD -> g[i] == 0 ? 0 : 0.025 * g[i] / (Math.abs(g[i]) + 1e-10);
          case ADAM -> g[i] == 0 ? 0 : 0.025 * g[i] / (Math.abs(g[i]) + 1e-8);
        };
        // Adam's and Adagrad's first step only has the gradient's sign, so a sum near 0 says little.
        if (g[i] == 0) {
          assertEquals(before[i], after[i], "element " + i + " is not in the batch");
        } else if (rule == OptimizerSpec.Rule.SGD || Math.abs(g[i]) > 1e-4) {
          assertEquals(before[i] - move, after[i], 1e-5, "element " + i);
        }
      }
    }
  }

  /** Exact dense semantics: the table ends as if it were a dense weight with the scattered gradient. */
  @ParameterizedTest
  @CsvSource({"SGD,0", "SGD,0.01", "ADAGRAD,0", "ADAGRAD,0.01", "ADAM,0", "ADAM,0.01"})
  void exactDenseIsDense(OptimizerSpec.Rule rule, double l2) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 40, 222)) {
      OptimizerSpec spec = OptimizerSpec.of(rule, 0.01, l2);
      Weights dense = fixture.weights("dense", fixture.table.values().toArray());
      DenseOptimizer reference = new DenseOptimizer(fixture.backend, fixture.arena, spec, List.of(dense));
      EmbeddingOptimizer optimizer = fixture.optimizer(spec.withExactDense(true));
      for (int step = 1; step <= 40; step++) {
        int[] batch = fixture.batch(40);
        optimizer.beforeForward(step, 40);
        optimizer.step(step, step % 3 == 0 ? 0.5 : 1, 40);
        dense.gradient().set(0, TableFixture.floats(fixture.denseGradient(batch, 40)));
        reference.step(step, step % 3 == 0 ? 0.5 : 1);
      }
      optimizer.flush(40);
      assertArrayEquals(dense.value().toArray(), fixture.table.values().toArray(), 2e-5f);
    }
  }

  /** With one position per row there is nothing to sum, so every bit must agree; and histories longer than their first room are kept. */
  @Test
  void exactDenseIsBitEqualWhereNothingIsSummed() {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 1, 223)) {
      OptimizerSpec spec = OptimizerSpec.adam(0.001).withL2(0.001);
      Weights dense = fixture.weights("dense", fixture.table.values().toArray());
      DenseOptimizer reference = new DenseOptimizer(fixture.backend, fixture.arena, spec, List.of(dense));
      EmbeddingOptimizer optimizer = fixture.optimizer(spec.withExactDense(true));
      for (int step = 1; step <= 1100; step++) {
        int[] batch = fixture.batch(1);
        optimizer.beforeForward(step, 1);
        optimizer.step(step, 1, 1);
        dense.gradient().set(0, TableFixture.floats(fixture.denseGradient(batch, 1)));
        reference.step(step, 1);
      }
      optimizer.flush(1100);
      optimizer.flush(1100);
      assertArrayEquals(dense.value().toArray(), fixture.table.values().toArray());
    }
  }

  @ParameterizedTest
  @EnumSource(OptimizerSpec.Rule.class)
  void maskedColumnsAreFrozenWithTheirStates(OptimizerSpec.Rule rule) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 100, 224)) {
      Tensor mask = Tensor.floats(fixture.backend, fixture.arena, 1, fixture.layout.columns());
      float[] open = new float[fixture.layout.columns()];
      java.util.Arrays.fill(open, 1);
      open[1] = 0;
      mask.set(0, open);
      fixture.table.mask(mask);
      float[] before = fixture.table.values().toArray();
      EmbeddingOptimizer optimizer = fixture.optimizer(OptimizerSpec.of(rule, 0.1, 0.1));
      for (int step = 1; step <= 3; step++) {
        fixture.batch(100);
        optimizer.step(step, 1, 100);
      }
      List<float[]> arrays = new ArrayList<>(List.of(fixture.table.values().toArray()));
      optimizer.state((name, tensor) -> {
        if (tensor.size() > 0) {
          arrays.add(tensor.toArray());
        }
      });
      for (int r = 0; r < fixture.layout.rows(0); r++) {
        assertEquals(before[3 * r + 1], arrays.get(0)[3 * r + 1], "row " + r);
        for (float[] state : arrays.subList(1, arrays.size())) {
          assertEquals(0, state[3 * r + 1], "state of row " + r);
        }
      }
    }
  }

  @Test
  void stateHasNamesAndTheSizesOfTheRule() {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 10, 225)) {
      for (OptimizerSpec.Rule rule : OptimizerSpec.Rule.values()) {
        List<String> names = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        fixture.optimizer(OptimizerSpec.of(rule, 0.1, 0)).state((name, tensor) -> {
          names.add(name);
          sizes.add(tensor.size());
        });
        assertEquals(List.of("optimizer.embedding.1", "optimizer.embedding.2"), names);
        long n = fixture.layout.parameters();
        assertEquals(List.of(rule == OptimizerSpec.Rule.SGD ? 0 : n, rule == OptimizerSpec.Rule.ADAM ? n : 0), sizes);
      }
    }
  }
}
