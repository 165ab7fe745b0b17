package io.dimsieve.bench.kernel;

import io.dimsieve.op.FmGather;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/** {@link FmGather} behind a mask. */
public class FmGatherBenchmark extends LookupBenchmark {

  @Override
  void makeTable() {
    super.makeTable();
    table.mask(mask());
  }

  @Override
  Op lookup(Tensor batchIds, Variable out) {
    return new FmGather(backend, arena, table, batchIds, out);
  }

  @Override
  int results() {
    return 1;
  }

  @Override
  IntToDoubleFunction expected(int[] firstIds) {
    float[] values = table.values().toArray();
    float[] mask = table.mask().toArray();
    return row -> {
      double z = 0;
      for (int j = 0; j < dimension; j++) {
        double sum = 0;
        for (int c = j; c < columns(); c += dimension) {
          double e = mask[c] * values[entry(firstIds, row * columns() + c)];
          sum += e;
          z -= e * e / 2;
        }
        z += sum * sum / 2;
      }
      return z;
    };
  }
}
