package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FmInteractionTest {

  /** Pairwise inner products, each base column on its own: the definition, not the trick of equation 5. */
  private static double[] pairs(double[] e, int[] identity) {
    int columns = identity.length;
    double[] z = new double[e.length / columns];
    for (int b = 0; b < z.length; b++) {
      for (int c = 0; c < columns; c++) {
        for (int k = c + 1; k < columns; k++) {
          z[b] += identity[c] == identity[k] ? e[b * columns + c] * e[b * columns + k] : 0;
        }
      }
    }
    return z;
  }

  private static EmbeddingLayout layout(int dimension, int[]... kept) {
    int[] rows = new int[kept.length];
    java.util.Arrays.fill(rows, 2);
    return new EmbeddingLayout(dimension, rows, kept);
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, EmbeddingLayout.uniform(1, new int[] {2, 2}), false),
        Arguments.of(7, EmbeddingLayout.uniform(4, new int[] {2, 2, 2}), false),
        Arguments.of(7, EmbeddingLayout.uniform(4, new int[] {2, 2, 2}), true),
        Arguments.of(65, EmbeddingLayout.uniform(16, new int[] {2, 2, 2, 2, 2}), false),
        Arguments.of(9, layout(5, new int[] {0, 3}, new int[] {}, new int[] {0, 1, 2, 3, 4}, new int[] {3}), true),
        Arguments.of(33, layout(19, new int[] {18}, new int[] {1, 18}, new int[] {0, 1, 17, 18}), true));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithFloat64(int batch, EmbeddingLayout layout, boolean withIdentity) {
    try (OpFixture fixture = new OpFixture(batch, layout.fields(), 51)) {
      Variable e = fixture.tape.variable(layout.columns());
      Variable z = fixture.tape.variable(1);
      Tensor identity = withIdentity ? new EmbeddingTable(fixture.backend, fixture.tape.arena(), layout).identity() : null;
      Tensor sums = Tensor.floats(fixture.backend, fixture.tape.arena(), fixture.tape.capacity(), layout.dimension());
      fixture.tape.record(new FmInteraction(fixture.backend, e, identity, layout.dimension(), sums, z));
      fixture.fill(e.value());
      fixture.fill(z.gradient());
      fixture.fill(e.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(e.value());
      OpFixture.assertClose("z", pairs(input, layout.identity()), fixture.rows(z.value()));
      fixture.assertGradient("de", v -> pairs(v, layout.identity()), input, fixture.rows(z.gradient()), fixture.rows(e.gradient()));
    }
  }

  @Test
  void addsToTheGradientOfAnotherConsumer() {
    try (OpFixture fixture = new OpFixture(5, 3, 52)) {
      Variable e = fixture.tape.variable(6);
      Variable z = fixture.tape.variable(1);
      Tensor sums = Tensor.floats(fixture.backend, fixture.tape.arena(), 8, 2);
      fixture.tape.record(new FmInteraction(fixture.backend, e, null, 2, sums, z));
      Variable y = fixture.tape.variable(1);
      Weights w = fixture.tape.weights("w", 6, 1);
      fixture.tape.record(new MatMul(fixture.backend, e, w, y));
      fixture.fill(e.value());
      double[] weight = fixture.fill(w.value());
      fixture.fill(z.gradient());
      y.gradient().set(0, z.gradient().toArray());
      fixture.tape.forward(5, true);
      fixture.tape.backward(5);
      fixture.assertGradient(
          "de",
          v -> {
            double[] sum = pairs(v, new int[] {0, 1, 0, 1, 0, 1});
            for (int i = 0; i < v.length; i++) {
              sum[i / 6] += v[i] * weight[i % 6];
            }
            return sum;
          },
          fixture.rows(e.value()), fixture.rows(z.gradient()), fixture.rows(e.gradient()));
    }
  }

  /** A base column that is zero in one field interacts with nothing, whether it stands there or not: bit for bit. */
  @Test
  void aRemovedColumnScoresAsAZeroColumn() {
    EmbeddingLayout slim = layout(4, new int[] {1, 2}, new int[] {0, 1, 2, 3}, new int[] {0});
    try (OpFixture fixture = new OpFixture(20, 3, 53)) {
      Variable full = fixture.tape.variable(12);
      Variable kept = fixture.tape.variable(slim.columns());
      Variable[] z = {fixture.tape.variable(1), fixture.tape.variable(1)};
      Tensor sums = Tensor.floats(fixture.backend, fixture.tape.arena(), fixture.tape.capacity(), 4);
      Tensor identity = new EmbeddingTable(fixture.backend, fixture.tape.arena(), slim).identity();
      fixture.tape.record(new FmInteraction(fixture.backend, full, null, 4, sums, z[0]));
      fixture.tape.record(new FmInteraction(fixture.backend, kept, identity, 4, sums, z[1]));
      fixture.fill(full.value());
      float[] all = full.value().toArray();
      float[] some = new float[(int) kept.value().size()];
      int[] places = {1, 2, 4, 5, 6, 7, 8};
      float[] masked = new float[all.length];
      for (int i = 0; i < some.length; i++) {
        int place = i / 7 * 12 + places[i % 7];
        some[i] = all[place];
        masked[place] = all[place];
      }
      full.value().set(0, masked);
      kept.value().set(0, some);
      fixture.tape.forward(20, false);
      assertArrayEquals(z[0].value().get(0, 20), z[1].value().get(0, 20));
    }
  }
}
