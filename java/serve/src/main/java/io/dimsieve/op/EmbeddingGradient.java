package io.dimsieve.op;

import io.dimsieve.tensor.Tensor;

/**
 * How the gradient of a batch's embeddings is handed to whoever updates the tables: entry by entry, or as factors of which the fused update makes it.
 *
 * @param values without factors the gradient itself: of the batch matrix [capacity, columns], or of the logit [capacity, 1] for a first-order table,
 *     whose fields all have it; with factors S [capacity, dimension], one for all fields
 * @param factors null, or dz [capacity, 1]: the gradient of field f of row b is dz_b (S_b − ê_bf), ê the embedding as it was looked up
 */
public record EmbeddingGradient(Tensor values, Tensor factors) {

  /** A gradient entry by entry. */
  public static EmbeddingGradient of(Tensor values) {
    return new EmbeddingGradient(values, null);
  }

  /** Address of the factors, 0 without. */
  public long factorAddress() {
    return factors == null ? 0 : factors.address();
  }

  /** Rows of the largest batch. */
  public long capacity() {
    return values.rows();
  }

  /** True when the one column there is belongs to all columns of a table. */
  public boolean isOfTheLogit(int columns) {
    return factors == null && values.columns() == 1 && columns != 1;
  }
}
