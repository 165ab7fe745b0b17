package io.dimsieve.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.op.Weights;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseOptimizerTest {

  @ParameterizedTest
  @CsvSource({"SGD,0", "SGD,0.1", "ADAGRAD,0", "ADAGRAD,0.1", "ADAM,0", "ADAM,0.1"})
  void twentyStepsFollowTheFormulas(OptimizerSpec.Rule rule, double l2) {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 1, 241)) {
      int n = 1037;
      double[] p = new double[n];
      double[] m = new double[n];
      double[] v = new double[n];
      java.util.Arrays.setAll(p, i -> (float) fixture.random.nextGaussian());
      Weights weights = fixture.weights("w", TableFixture.floats(p));
      OptimizerSpec spec = OptimizerSpec.of(rule, 0.02, l2);
      DenseOptimizer optimizer = new DenseOptimizer(fixture.backend, fixture.arena, spec, List.of(weights));
      for (int step = 1; step <= 20; step++) {
        double rate = 0.02 * (step > 10 ? 0.5 : 1);
        fixture.fill(weights.gradient(), 1);
        float[] gradient = weights.gradient().toArray();
        optimizer.step(step, step > 10 ? 0.5 : 1);
        for (int i = 0; i < n; i++) {
          double g = gradient[i] + l2 * p[i];
          switch (rule) {
            case SGD -> p[i] -= rate * g;
            case ADAGRAD -> {
              m[i] += g * g;
              p[i] -= rate * g / (Math.sqrt(m[i]) + 1e-10);
            }
            case ADAM -> {
              m[i] = 0.9 * m[i] + 0.1 * g;
              v[i] = 0.999 * v[i] + 0.001 * g * g;
              p[i] -= rate / (1 - Math.pow(0.9, step)) * m[i] / (Math.sqrt(v[i] / (1 - Math.pow(0.999, step))) + 1e-8);
            }
          }
        }
      }
      float[] actual = weights.value().toArray();
      for (int i = 0; i < n; i++) {
        assertEquals(p[i], actual[i], 1e-4, "element " + i);
      }
    }
  }

  @Test
  void stateIsNamedAfterTheWeight() {
    try (TableFixture fixture = new TableFixture(TableFixture.MIXED, 1, 242)) {
      List<Weights> weights = List.of(fixture.weights("a", new float[3]), fixture.weights("b", new float[5]));
      List<String> names = new ArrayList<>();
      new DenseOptimizer(fixture.backend, fixture.arena, OptimizerSpec.adam(0.1), weights).state((name, tensor) -> names.add(name + tensor.size()));
      assertEquals(List.of("optimizer.a.13", "optimizer.a.23", "optimizer.b.15", "optimizer.b.25"), names);
    }
  }
}
