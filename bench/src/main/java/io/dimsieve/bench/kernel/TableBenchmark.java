package io.dimsieve.bench.kernel;

import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Param;

/** Something done with the embedding tables of all fields, which have random values. */
public abstract class TableBenchmark extends KernelBenchmark {

  @Param({"1000", "26000"})
  public int rows;

  @Param("39")
  public int fields;

  @Param("16")
  public int dimension;

  EmbeddingTable table;

  /** Fills tables of that layout. */
  final EmbeddingTable table(EmbeddingLayout layout) {
    EmbeddingTable made = new EmbeddingTable(backend, arena, layout);
    backend.copyIn(made.values().address(), random(1, made.values().size()).address(), made.values().bytes());
    return made;
  }

  /** The layout whose fields all have that many columns. */
  final EmbeddingLayout layout(int columns) {
    int[] all = new int[fields];
    Arrays.fill(all, rows);
    return EmbeddingLayout.uniform(columns, all);
  }

  final int columns() {
    return fields * dimension;
  }

  @Override
  void prepare() {
    table = table(layout(dimension));
  }
}
