package io.dimsieve.op;

import io.dimsieve.tensor.EmbeddingLayout;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FieldProjectionTest {

  private static double[] project(double[] e, double[] maps, EmbeddingLayout layout, int size) {
    int columns = layout.columns();
    int batch = e.length / columns;
    double[] out = new double[batch * layout.fields() * size];
    for (int b = 0; b < batch; b++) {
      for (int f = 0; f < layout.fields(); f++) {
        for (int i = layout.column(f); i < layout.column(f) + layout.width(f); i++) {
          for (int j = 0; j < size; j++) {
            out[(b * layout.fields() + f) * size + j] += e[b * columns + i] * maps[i * size + j];
          }
        }
      }
    }
    return out;
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, EmbeddingLayout.uniform(1, new int[] {2}), 1),
        Arguments.of(6, EmbeddingLayout.uniform(4, new int[] {2, 2, 2}), 4),
        Arguments.of(6, new EmbeddingLayout(4, new int[] {2, 2, 2}, new int[][] {{1}, {}, {0, 2, 3}}), 3),
        Arguments.of(33, new EmbeddingLayout(20, new int[] {2, 2}, new int[][] {{3, 7, 9}, {0, 1, 2, 3, 4, 5, 19}}), 17));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithFloat64(int batch, EmbeddingLayout layout, int size) {
    try (OpFixture fixture = new OpFixture(batch, layout.fields(), 61)) {
      Variable e = fixture.tape.variable(layout.columns());
      Variable out = fixture.tape.variable(layout.fields() * size);
      Weights maps = fixture.tape.weights("projection", layout.columns(), size);
      fixture.tape.record(new FieldProjection(fixture.backend, e, layout, maps, out));
      fixture.fill(e.value());
      fixture.fill(out.value());
      fixture.fill(out.gradient());
      fixture.fill(e.gradient());
      double[] m = fixture.fill(maps.value());
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      double[] input = fixture.rows(e.value());
      double[] dy = fixture.rows(out.gradient());
      OpFixture.assertClose("out", project(input, m, layout, size), fixture.rows(out.value()));
      fixture.tape.forward(batch, false);
      OpFixture.assertClose("out outside training", project(input, m, layout, size), fixture.rows(out.value()));
      fixture.assertGradient("de", v -> project(v, m, layout, size), input, dy, fixture.rows(e.gradient()));
      fixture.assertGradient("dmaps", v -> project(input, v, layout, size), m, dy, OpFixture.doubles(maps.gradient().toArray()));
    }
  }
}
