package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.NativeException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearTest {

  private static double[] sum(double[] w, double[] bias, int[] ids, int[] rows) {
    double[] z = new double[ids.length / rows.length];
    for (int b = 0; b < z.length; b++) {
      z[b] = bias[0];
      for (int f = 0, base = 0; f < rows.length; base += rows[f++]) {
        z[b] += w[base + ids[b * rows.length + f]];
      }
    }
    return z;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,3", "64,20", "1100,2"})
  void agreesWithFloat64(int batch, int fields) {
    int[] rows = new int[fields];
    java.util.Arrays.setAll(rows, f -> 1 + 3 * f);
    try (OpFixture fixture = new OpFixture(batch, fields, 71)) {
      EmbeddingTable table = new EmbeddingTable(fixture.backend, fixture.tape.arena(), EmbeddingLayout.uniform(1, rows));
      Weights bias = fixture.tape.weights("bias", 1, 1);
      Variable z = fixture.tape.variable(1);
      fixture.tape.record(new Linear(fixture.backend, table, bias, fixture.tape.ids(), z, fixture.tape.workspace(1)));
      int[] ids = fixture.fillIds(rows);
      double[] w = fixture.fill(table.values());
      double[] b = fixture.fill(bias.value());
      fixture.fill(z.gradient());
      double[] dz = fixture.rows(z.gradient());
      fixture.tape.forward(batch, true);
      OpFixture.assertClose("z", sum(w, b, ids, rows), fixture.rows(z.value()));
      fixture.tape.backward(batch);
      fixture.assertGradient("dbias", v -> sum(w, v, ids, rows), b, dz, OpFixture.doubles(bias.gradient().toArray()));
      assertArrayEquals(dz, fixture.rows(z.gradient()), "the logit's gradient is shared and stays");
    }
  }

  @Test
  void idOutsideItsTableIsRefused() {
    try (OpFixture fixture = new OpFixture(2, 2, 72)) {
      EmbeddingTable table =
          new EmbeddingTable(fixture.backend, fixture.tape.arena(), EmbeddingLayout.uniform(1, new int[] {2, 2}));
      Tensor ids = Tensor.of(fixture.backend, fixture.tape.arena(), 0, 1, 0, 2);
      Weights bias = fixture.tape.weights("bias", 1, 1);
      Linear linear = new Linear(fixture.backend, table, bias, ids, fixture.tape.variable(1), fixture.tape.workspace(1));
      assertThrows(NativeException.class, () -> linear.forward(2, false));
    }
  }
}
