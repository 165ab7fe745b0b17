package io.dimsieve.bench.train;

import io.dimsieve.bench.serve.BenchmarkModels;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Arrays;

/** How many columns the embeddings of a benchmark have. */
public enum Columns {
  FULL,
  /** As after a search for a tenth of them. */
  TENTH;

  /** Tables of equally many rows. */
  EmbeddingLayout layout(int fields, int dimension, int rows) {
    int[] all = new int[fields];
    Arrays.fill(all, rows);
    return this == FULL ? EmbeddingLayout.uniform(dimension, all) : new EmbeddingLayout(dimension, all, BenchmarkModels.tenth(fields, dimension));
  }
}
