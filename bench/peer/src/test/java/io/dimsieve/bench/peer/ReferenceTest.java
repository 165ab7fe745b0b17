package io.dimsieve.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The gradients of the reference are those of central differences of its values. */
class ReferenceTest {

  private static final Workload WORK = Workload.of(20);

  @Test
  void orthogonalityFallsAlongItsGradient() {
    float[] table = WORK.weights().array("embedding");
    double[] gradient = Reference.orthogonality(WORK, table).gradient();
    for (int i = 0; i < table.length; i += 1111) {
      double step = 1.0 / 64;
      double difference = Reference.orthogonality(WORK, moved(table, i, step)).penalty()
          - Reference.orthogonality(WORK, moved(table, i, -step)).penalty();
      assertEquals(gradient[i], difference / (2 * step), 1e-2 * Math.abs(gradient[i]) + 1e-3);
    }
  }

  @Test
  void rowGradientsAreThoseOfTheMaskedGather() {
    float[] table = WORK.weights().array("embedding");
    double[] gradient = Reference.gradients(WORK, table).rows();
    for (int i = 0; i < table.length; i += 1111) {
      double difference = weighted(moved(table, i, 0.5)) - weighted(moved(table, i, -0.5));
      assertEquals(gradient[i], difference, 1e-4);
    }
  }

  private static float[] moved(float[] table, int entry, double by) {
    float[] moved = table.clone();
    moved[entry] += (float) by;
    return moved;
  }

  /** Σ of the masked gather times the gradient from above. */
  private static double weighted(float[] table) {
    float[] gathered = Reference.gather(WORK, table, WORK.mask());
    double sum = 0;
    for (int i = 0; i < gathered.length; i++) {
      sum += (double) gathered[i] * WORK.upstream()[i];
    }
    return sum;
  }
}
