package io.dimsieve.bench.kernel;

import io.dimsieve.op.EmbeddingGather;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/** {@link EmbeddingGather} behind a mask. */
public class EmbeddingGatherBenchmark extends LookupBenchmark {

  @Override
  void makeTable() {
    super.makeTable();
    table.mask(mask());
  }

  @Override
  Op lookup(Tensor batchIds, Variable out) {
    return new EmbeddingGather(backend, table, batchIds, out);
  }

  @Override
  int results() {
    return columns();
  }

  @Override
  IntToDoubleFunction expected(int[] firstIds) {
    float[] values = table.values().toArray();
    float[] mask = table.mask().toArray();
    return i -> mask[i % columns()] * values[entry(firstIds, i)];
  }
}
