package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.tensor.StoredBytes;

/**
 * How many entries of each field's table are kept, and where: enough to know what they cost without their masks.
 *
 * @param entries kept entries of each field
 * @param occupied rows of each field that keep any
 * @param columns columns of each field that any row keeps
 */
record EntryCounts(long[] entries, long[] occupied, int[] columns) {

  EntryCounts(int fields) {
    this(new long[fields], new long[fields], new int[fields]);
  }

  /** At most what row masks with these counts cost; what they do cost unless they happen to form bands. */
  long cost(EmbeddingLayout uniform, Budget.Unit unit) {
    long total = 0;
    for (int f = 0; f < entries.length; f++) {
      total += unit == Budget.Unit.PARAMETERS
          ? entries[f]
          : StoredBytes.masked(uniform.rows(f), columns[f], occupied[f], entries[f], uniform.precision());
    }
    return total;
  }

  /** Refuses what methods that keep single entries cannot do. */
  static void check(SearchMethod method, SearchTask task) {
    if (task.dimension() > RowMasks.MAX_DIMENSION) {
      throw new ConfigurationException(
          method.name() + " keeps single entries of rows of up to " + RowMasks.MAX_DIMENSION + " columns, not of " + task.dimension());
    }
    for (Budget budget : task.budgets()) {
      if (budget.unit() == Budget.Unit.DIMENSIONS) {
        throw new ConfigurationException(method.name() + " keeps single entries: its budget counts bytes or parameters, not dimensions");
      }
    }
  }
}
