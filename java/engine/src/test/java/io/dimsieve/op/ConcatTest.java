package io.dimsieve.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConcatTest {

  private static double[] concat(double[] a, double[] b, int batch) {
    int m = a.length / batch;
    int n = b.length / batch;
    double[] out = new double[a.length + b.length];
    for (int i = 0; i < batch; i++) {
      System.arraycopy(a, i * m, out, i * (m + n), m);
      System.arraycopy(b, i * n, out, i * (m + n) + m, n);
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "5,7,3", "70,0,9", "70,16,0", "33,17,20"})
  void agreesWithFloat64(int batch, int m, int n) {
    try (OpFixture fixture = new OpFixture(batch, 1, 73)) {
      Variable a = fixture.tape.variable(m);
      Variable b = fixture.tape.variable(n);
      Variable out = fixture.tape.variable(m + n);
      fixture.tape.record(new Concat(fixture.backend, a, b, out));
      for (Variable v : new Variable[] {a, b, out}) {
        fixture.fill(v.value());
        fixture.fill(v.gradient());
      }
      fixture.tape.forward(batch, true);
      fixture.tape.backward(batch);
      assertArrayEquals(concat(fixture.rows(a.value()), fixture.rows(b.value()), batch), fixture.rows(out.value()));
      double[] da = fixture.rows(a.gradient());
      double[] db = fixture.rows(b.gradient());
      assertArrayEquals(fixture.rows(out.gradient()), concat(da, db, batch));
      fixture.assertGradient("da", v -> concat(v, db, batch), fixture.rows(a.value()), fixture.rows(out.gradient()), da);
      fixture.assertGradient("db", v -> concat(da, v, batch), fixture.rows(b.value()), fixture.rows(out.gradient()), db);
    }
  }
}
