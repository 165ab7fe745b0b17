package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InnerProductTest {

  /** Column by column: what has the same identity in two fields meets. */
  private static double[] products(double[] e, EmbeddingLayout layout) {
    int[] identity = layout.identity();
    int fields = layout.fields();
    int pairs = fields * (fields - 1) / 2;
    double[] out = new double[pairs * (layout.columns() == 0 ? 0 : e.length / layout.columns())];
    for (int at = 0; at < out.length; at++) {
      int b = at / pairs;
      int pair = at % pairs;
      int f = 0;
      while (pair >= fields - 1 - f) {
        pair -= fields - 1 - f++;
      }
      int g = f + 1 + pair;
      for (int c = layout.column(f); c < layout.column(f) + layout.width(f); c++) {
        for (int k = layout.column(g); k < layout.column(g) + layout.width(g); k++) {
          out[at] += identity[c] == identity[k] ? e[b * identity.length + c] * e[b * identity.length + k] : 0;
        }
      }
    }
    return out;
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
  void agreesWithFloat64(int batch, EmbeddingLayout layout, boolean placed) {
    try (OpFixture fixture = new OpFixture(batch, layout.fields(), 74)) {
      int fields = layout.fields();
      Variable e = fixture.tape.variable(layout.columns());
      Variable out = fixture.tape.variable(InnerProduct.pairs(fields));
      EmbeddingTable places = placed ? new EmbeddingTable(fixture.backend, fixture.tape.arena(), layout) : null;
      Tensor spread =
          placed ? Tensor.floats(fixture.backend, fixture.tape.arena(), fixture.tape.capacity(), (long) fields * layout.dimension()) : null;
      fixture.tape.record(new InnerProduct(
          fixture.backend, e, placed ? places.identity() : null, placed ? places.column() : null, fields, layout.dimension(), spread, out));
      fixture.fill(e.value());
      fixture.fill(out.gradient());
      fixture.fill(e.gradient());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(e.value());
      OpFixture.assertClose("out", products(input, layout), fixture.rows(out.value()));
      fixture.assertGradient("de", v -> products(v, layout), input, fixture.rows(out.gradient()), fixture.rows(e.gradient()));
    }
  }

  /** The pairs and the embeddings they are made of go on side by side. */
  @Test
  void addsToTheGradientOfAnotherConsumer() {
    EmbeddingLayout layout = EmbeddingLayout.uniform(2, new int[] {2, 2, 2});
    try (OpFixture fixture = new OpFixture(5, 3, 75)) {
      Variable e = fixture.tape.variable(6);
      Variable pairs = fixture.tape.variable(3);
      Variable both = fixture.tape.variable(9);
      fixture.tape.record(new InnerProduct(fixture.backend, e, null, null, 3, 2, null, pairs));
      fixture.tape.record(new Concat(fixture.backend, e, pairs, both));
      fixture.fill(e.value());
      fixture.fill(both.gradient());
      fixture.tape.forward(5, true);
      fixture.tape.backward(5);
      fixture.assertGradient(
          "de",
          v -> {
            double[] products = products(v, layout);
            double[] out = new double[45];
            for (int i = 0; i < out.length; i++) {
              out[i] = i % 9 < 6 ? v[i / 9 * 6 + i % 9] : products[i / 9 * 3 + i % 9 - 6];
            }
            return out;
          },
          fixture.rows(e.value()), fixture.rows(both.gradient()), fixture.rows(e.gradient()));
    }
  }

  @Test
  void pairsAreInOrderOfTheirFields() {
    EmbeddingLayout layout = EmbeddingLayout.uniform(1, new int[] {2, 2, 2, 2});
    assertArrayEquals(new double[] {6, 10, 14, 15, 21, 35}, products(new double[] {2, 3, 5, 7}, layout));
    assertEquals(6, InnerProduct.pairs(4));
    assertEquals(0, InnerProduct.pairs(1));
  }
}
