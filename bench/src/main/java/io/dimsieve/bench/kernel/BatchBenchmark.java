package io.dimsieve.bench.kernel;

import io.dimsieve.bench.Ids;
import io.dimsieve.tensor.Tensor;
import org.openjdk.jmh.annotations.Param;

/** Something done with the rows of the tables that a batch names. */
public abstract class BatchBenchmark extends TableBenchmark {

  @Param("4096")
  public int batch;

  @Param("ZIPF")
  public Ids ids;

  /** Ids [batch, fields] of the first batch. */
  final int[] ids() {
    return ids.batch(0, batch, fields, rows);
  }

  /** Ids of a batch on the device. */
  final Tensor ids(int number) {
    Tensor values = Tensor.of(backend, arena, ids.batch(number, batch, fields, rows));
    return new Tensor(backend, values.type(), values.address(), batch, fields);
  }

  /** Where the row of a batch column's embedding stands in the table: {@code i} counts the elements of the batch matrix. */
  final int entry(int[] firstIds, int i) {
    int f = i / dimension % fields;
    return (f * rows + firstIds[i / dimension]) * dimension + i % dimension;
  }

  /** A mask [columns] without every third column. */
  final Tensor mask() {
    float[] mask = new float[columns()];
    for (int c = 0; c < mask.length; c++) {
      mask[c] = c % 3 == 0 ? 0 : 1;
    }
    Tensor tensor = Tensor.floats(backend, arena, 1, mask.length);
    tensor.set(0, mask);
    return tensor;
  }
}
