package io.dimsieve.tensor;

import io.dimsieve.ConfigurationException;
import java.util.Arrays;

/**
 * Which columns each row of each field's table keeps: one 64-bit word a row, bit j for base column j. For methods that size single feature values
 * (PEP, AMTL) instead of whole fields. Immutable.
 */
public final class RowMasks {

  /** Largest base dimension a row mask has bits for. */
  public static final int MAX_DIMENSION = Long.SIZE;

  private final long[][] bits;

  /**
   * Masks of all rows.
   *
   * @param bits [fields][rows of the field]
   */
  public RowMasks(long[][] bits) {
    this.bits = Arrays.stream(bits).map(long[]::clone).toArray(long[][]::new);
  }

  public int fields() {
    return bits.length;
  }

  public int rows(int field) {
    return bits[field].length;
  }

  /** Bit j says whether the row keeps base column j. */
  public long bits(int field, int row) {
    return bits[field][row];
  }

  /** Entries kept in a field's table. */
  public long entries(int field) {
    return Arrays.stream(bits[field]).map(Long::bitCount).sum();
  }

  /** Entries kept in all tables. */
  public long entries() {
    long total = 0;
    for (int f = 0; f < bits.length; f++) {
      total += entries(f);
    }
    return total;
  }

  /** The base columns of a field that any of its rows keeps, ascending. */
  int[] columns(int field, int dimension) {
    long any = 0;
    for (long row : bits[field]) {
      any |= row;
    }
    if (dimension > MAX_DIMENSION || (dimension < MAX_DIMENSION && any >>> dimension != 0)) {
      throw new ConfigurationException(
          "row masks need a base dimension of at most " + MAX_DIMENSION + " that covers their columns, not " + dimension);
    }
    int[] columns = new int[Long.bitCount(any)];
    for (int k = 0; k < columns.length; k++) {
      columns[k] = Long.numberOfTrailingZeros(any);
      any &= any - 1;
    }
    return columns;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowMasks that && Arrays.deepEquals(bits, that.bits);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(bits);
  }
}
