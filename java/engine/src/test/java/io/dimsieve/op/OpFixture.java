package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.autograd.Tape;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A small tape with random inputs, and the comparison of its gradients with finite differences of a float64 formula. */
final class OpFixture implements AutoCloseable {

  private static final int SAMPLED = 60;

  final Backend backend;
  final Tape tape;
  final int batch;
  final SplittableRandom random;

  OpFixture(int batch, int fields, long seed) {
    this.batch = batch;
    this.random = new SplittableRandom(seed);
    this.backend = Backend.cpu(2);
    // Three rows more than the batch has: what they hold must not matter.
    this.tape = new Tape(backend, batch + 3, fields);
  }

  /** Normal(0, 1) in all of a tensor; what was written. */
  double[] fill(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    tensor.set(0, values);
    return doubles(values);
  }

  /** Random ids [batch, fields] below {@code rows}; what was written. */
  int[] fillIds(int[] rows) {
    int[] ids = new int[batch * rows.length];
    try (Block host = HostAllocator.INSTANCE.allocate(4L * ids.length)) {
      for (int i = 0; i < ids.length; i++) {
        ids[i] = random.nextInt(rows[i % rows.length]);
        host.view().putInt(4 * i, ids[i]);
      }
      backend.copyIn(tape.ids().address(), host.address(), host.bytes());
    }
    return ids;
  }

  /** The part of a [capacity, columns] tensor that belongs to the batch. */
  double[] rows(Tensor tensor) {
    return doubles(tensor.get(0, Math.toIntExact(batch * tensor.columns())));
  }

  static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  static void assertClose(String what, double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 2e-5 * Math.max(1, Math.abs(expected[i])), what + " " + i);
    }
  }

  /**
   * Compares ∂(Σ weight · formula)/∂at with {@code actual} at up to 60 places, by central differences.
   *
   * @param weight gradient of the formula's values; they may have fewer entries than it
   */
  void assertGradient(String what, UnaryOperator<double[]> formula, double[] at, double[] weight, double[] actual) {
    assertEquals(at.length, actual.length, what);
    double[] x = at.clone();
    for (int n = 0; n < Math.min(SAMPLED, x.length); n++) {
      int i = x.length <= SAMPLED ? n : random.nextInt(x.length);
      double h = 1e-5;
      x[i] = at[i] + h;
      double above = dot(formula.apply(x), weight);
      x[i] = at[i] - h;
      double below = dot(formula.apply(x), weight);
      x[i] = at[i];
      double expected = (above - below) / (2 * h);
      assertEquals(expected, actual[i], 2e-4 * Math.max(1, Math.abs(expected)), what + " " + i);
    }
  }

  private static double dot(double[] values, double[] weight) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * weight[i];
    }
    return sum;
  }

  @Override
  public void close() {
    tape.close();
    backend.close();
  }
}
