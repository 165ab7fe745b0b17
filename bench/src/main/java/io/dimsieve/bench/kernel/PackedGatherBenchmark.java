package io.dimsieve.bench.kernel;

import io.dimsieve.op.Op;
import io.dimsieve.op.PackedGather;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.PackedTable;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.Quantizer;
import io.dimsieve.tensor.Tensor;
import java.util.function.IntToDoubleFunction;
import org.openjdk.jmh.annotations.Param;

/** {@link PackedGather} of dense tables. */
public class PackedGatherBenchmark extends LookupBenchmark {

  @Param({"F32", "I8"})
  public Precision precision;

  private PackedTable packed;

  /** Values that packing does not change. */
  @Override
  void makeTable() {
    table = table(layout(dimension).withPrecision(precision));
    Quantizer.round(table);
    packed = PackedTable.pack(backend, arena, table);
  }

  @Override
  Op lookup(Tensor batchIds, Variable out) {
    return new PackedGather(backend, packed, batchIds, out);
  }

  @Override
  int results() {
    return columns();
  }

  @Override
  IntToDoubleFunction expected(int[] firstIds) {
    float[] values = table.values().toArray();
    return i -> values[entry(firstIds, i)];
  }
}
