package io.dimsieve.bench.kernel;

import io.dimsieve.op.Linear;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/** {@link Linear}: one float a row. */
public class LinearBenchmark extends LookupBenchmark {

  private Weights bias;

  @Override
  void makeTable() {
    table = table(layout(1));
    bias = weights(1, 1);
  }

  @Override
  Op lookup(Tensor batchIds, Variable out) {
    return new Linear(backend, table, bias, batchIds, out, Tensor.floats(backend, arena, Workspace.chunks(batch, Workspace.ROW_CHUNK), 1));
  }

  @Override
  int results() {
    return 1;
  }

  @Override
  IntToDoubleFunction expected(int[] firstIds) {
    float[] values = table.values().toArray();
    return row -> {
      double z = bias.value().get(0, 1)[0];
      for (int f = 0; f < fields; f++) {
        z += values[f * rows + firstIds[row * fields + f]];
      }
      return z;
    };
  }
}
