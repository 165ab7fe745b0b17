package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.RowMasks;

/**
 * Chooses entries of tables by magnitude under a budget: the largest that fit, over all fields together. The budget is never exceeded, and entries of 0
 * are never kept. Equal magnitudes go to the lower field, then the lower row, then the lower column.
 */
final class EntrySelection {

  private static final int PIECE = 1 << 20;
  private static final int LOW_BITS = 15;

  private EntrySelection() {}

  /** |e| of every entry, [fields][rows · D] in row order. */
  static float[][] magnitudes(EmbeddingTable table) {
    EmbeddingLayout layout = table.layout();
    float[][] magnitudes = new float[layout.fields()][];
    for (int f = 0; f < magnitudes.length; f++) {
      magnitudes[f] = new float[Math.multiplyExact(layout.rows(f), layout.width(f))];
      for (int at = 0; at < magnitudes[f].length; at += PIECE) {
        float[] values = table.values().get(table.base(f) + at, Math.min(PIECE, magnitudes[f].length - at));
        for (int i = 0; i < values.length; i++) {
          magnitudes[f][at + i] = Math.abs(values[i]);
        }
      }
    }
    return magnitudes;
  }

  /**
   * The chosen layout.
   *
   * @param uniform sizes of the tables to choose from, whole columns of all D
   * @param magnitudes [fields][rows · D], not negative
   * @throws ConfigurationException when not even empty tables fit
   */
  static EmbeddingLayout select(EmbeddingLayout uniform, float[][] magnitudes, Budget budget) {
    long limit = budget.limit(uniform);
    if (new EntryCounts(uniform.fields()).cost(uniform, budget.unit()) > limit) {
      throw new ConfigurationException("the budget, " + budget + " or " + limit + ", does not even hold tables without entries");
    }
    // Non-negative floats are ordered as their bits are. The least magnitude of which all entries fit, then as many of the next one as fit.
    int least = 1;
    for (int most = Integer.MAX_VALUE; least < most; ) {
      int middle = least + (most - least) / 2;
      if (counts(uniform, magnitudes, middle, 0).cost(uniform, budget.unit()) <= limit) {
        most = middle;
      } else {
        least = middle + 1;
      }
    }
    long ties = 0;
    if (least > 1) {
      for (long most = count(magnitudes, least - 1) - count(magnitudes, least); ties < most; ) {
        long middle = ties + (most - ties + 1) / 2;
        if (counts(uniform, magnitudes, least, middle).cost(uniform, budget.unit()) <= limit) {
          ties = middle;
        } else {
          most = middle - 1;
        }
      }
    }
    return layout(uniform, masks(uniform, magnitudes, least, ties));
  }

  /** The layout whose rows keep the entries that are not 0. */
  static EmbeddingLayout nonZero(EmbeddingLayout uniform, float[][] magnitudes) {
    return layout(uniform, masks(uniform, magnitudes, 1, 0));
  }

  private static EmbeddingLayout layout(EmbeddingLayout uniform, long[][] masks) {
    return uniform.withRowMasks(new RowMasks(masks));
  }

  /** Bits of the least magnitude above 0 that at most {@code keep} entries reach. Two passes over the entries. */
  static int least(float[][] magnitudes, long keep) {
    long[] high = new long[1 << (Integer.SIZE - 1 - LOW_BITS)];
    for (float[] field : magnitudes) {
      for (float value : field) {
        high[Float.floatToRawIntBits(value) >>> LOW_BITS]++;
      }
    }
    long above = 0;
    int bucket = high.length - 1;
    while (bucket >= 0 && above + high[bucket] <= keep) {
      above += high[bucket--];
    }
    if (bucket < 0) {
      return 1;
    }
    long[] low = new long[1 << LOW_BITS];
    for (float[] field : magnitudes) {
      for (float value : field) {
        int bits = Float.floatToRawIntBits(value);
        if (bits >>> LOW_BITS == bucket) {
          low[bits & low.length - 1]++;
        }
      }
    }
    int least = low.length;
    while (above + low[least - 1] <= keep) {
      above += low[--least];
    }
    return Math.max(1, (bucket << LOW_BITS) + least);
  }

  private static long count(float[][] magnitudes, int least) {
    long count = 0;
    for (float[] field : magnitudes) {
      for (float value : field) {
        count += Float.floatToRawIntBits(value) >= least ? 1 : 0;
      }
    }
    return count;
  }

  /** Counts of the entries that reach {@code least}, and of the first {@code ties} that come next. */
  private static EntryCounts counts(EmbeddingLayout uniform, float[][] magnitudes, int least, long ties) {
    EntryCounts counts = new EntryCounts(uniform.fields());
    long[][] masks = masks(uniform, magnitudes, least, ties);
    for (int f = 0; f < masks.length; f++) {
      long any = 0;
      for (long bits : masks[f]) {
        counts.entries()[f] += Long.bitCount(bits);
        counts.occupied()[f] += bits == 0 ? 0 : 1;
        any |= bits;
      }
      counts.columns()[f] = Long.bitCount(any);
    }
    return counts;
  }

  private static long[][] masks(EmbeddingLayout uniform, float[][] magnitudes, int least, long ties) {
    int d = uniform.dimension();
    long[][] masks = new long[magnitudes.length][];
    long left = ties;
    for (int f = 0; f < masks.length; f++) {
      masks[f] = new long[uniform.rows(f)];
      for (int i = 0; i < magnitudes[f].length; i++) {
        int bits = Float.floatToRawIntBits(magnitudes[f][i]);
        if (bits >= least || (bits == least - 1 && left-- > 0)) {
          masks[f][i / d] |= 1L << i % d;
        }
      }
    }
    return masks;
  }
}
