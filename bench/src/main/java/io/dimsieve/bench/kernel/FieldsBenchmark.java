package io.dimsieve.bench.kernel;

import io.dimsieve.op.Variable;
import org.openjdk.jmh.annotations.Param;

/** An operation on the batch matrix of embeddings, [batch, fields · dimension]. */
public abstract class FieldsBenchmark extends OpBenchmark {

  @Param("39")
  public int fields;

  @Param("16")
  public int dimension;

  final int columns() {
    return fields * dimension;
  }

  /** A batch matrix. */
  final Variable embeddings() {
    return variable(columns());
  }
}
