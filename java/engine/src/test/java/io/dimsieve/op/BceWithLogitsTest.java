package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BceWithLogitsTest {

  private static double loss(double[] logits, double[] labels) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double z = logits[i];
      sum += Math.max(z, 0) - z * labels[i] + Math.log1p(Math.exp(-Math.abs(z)));
    }
    return sum / logits.length;
  }

  private static void record(OpFixture fixture, Variable logits) {
    Tensor workspace = Tensor.allocate(
        fixture.backend, fixture.tape.arena(), Tensor.Type.F64, 1, Workspace.chunks(fixture.tape.capacity(), Workspace.ROW_CHUNK));
    fixture.tape.record(new BceWithLogits(fixture.backend, logits, fixture.tape.labels(), fixture.tape.loss(), workspace));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 64, 1024, 1025, 3000})
  void agreesWithFloat64(int batch) {
    try (OpFixture fixture = new OpFixture(batch, 1, 81)) {
      Variable logits = fixture.tape.variable(1);
      record(fixture, logits);
      fixture.fill(logits.value());
      float[] labels = new float[batch];
      for (int i = 0; i < batch; i++) {
        labels[i] = fixture.random.nextInt(2);
      }
      fixture.tape.labels().set(0, labels);
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] z = fixture.rows(logits.value());
      double[] y = OpFixture.doubles(labels);
      assertEquals(loss(z, y), fixture.tape.loss().toDoubles()[0], 1e-6);
      double[] gradient = fixture.rows(logits.gradient());
      for (int i = 0; i < batch; i++) {
        gradient[i] *= batch;
      }
      fixture.assertGradient("dz · batch", v -> new double[] {batch * loss(v, y)}, z, new double[] {1}, gradient);
    }
  }

  @Test
  void extremeLogitsStayFinite() {
    try (OpFixture fixture = new OpFixture(4, 1, 82)) {
      Variable logits = fixture.tape.variable(1);
      record(fixture, logits);
      logits.value().set(0, new float[] {-1000, 1000, -1000, 1000});
      fixture.tape.labels().set(0, new float[] {0, 1, 1, 0});
      fixture.tape.forward(4, true);
      assertEquals(500, fixture.tape.loss().toDoubles()[0], 1e-3);
      assertArrayEquals(new float[] {0, 0, -0.25f, 0.25f}, logits.gradient().get(0, 4), 1e-7f);
    }
  }

  @Test
  void inferenceLeavesTheGradientAlone() {
    try (OpFixture fixture = new OpFixture(3, 1, 83)) {
      Variable logits = fixture.tape.variable(1);
      record(fixture, logits);
      double[] before = fixture.fill(logits.gradient());
      fixture.tape.forward(3, false);
      assertEquals(Math.log(2), fixture.tape.loss().toDoubles()[0], 1e-7);
      assertArrayEquals(before, OpFixture.doubles(logits.gradient().toArray()));
    }
  }
}
