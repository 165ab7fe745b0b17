package io.dimsieve.tensor;

import io.dimsieve.ConfigurationException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Sizes of the embedding tables of a model: field f has {@code rows(f)} rows and keeps the columns {@code kept(f)} of the base dimension D. The
 * columns of all fields, in field order, are the columns of the batch matrix. Rows may keep fewer columns than their field ({@link RowMasks}), and a
 * table may have fewer rows than the field has values: ids sort by frequency, and the rarer ones share row 0 then. Immutable.
 *
 * <p>A kept column remembers which of the D base columns it was (its identity), because an inner product multiplies column j of one field with
 * column j of another.
 */
public final class EmbeddingLayout {

  private final int dimension;
  private final int[] rows;
  private final int[][] kept;
  private final int columns;
  private final RowMasks rowMasks;
  private final Precision precision;

  /**
   * A layout of whole columns, stored in 32 bits.
   *
   * @param dimension base dimension D, 1 to 1024
   * @param rows rows of each field's table, at least 1
   * @param kept for each field the kept base columns, ascending, each in [0, D); may be empty
   */
  public EmbeddingLayout(int dimension, int[] rows, int[][] kept) {
    this(dimension, rows, kept, null, Precision.F32);
  }

  private EmbeddingLayout(int dimension, int[] rows, int[][] kept, RowMasks rowMasks, Precision precision) {
    if (dimension < 1 || dimension > 1024) {
      throw new ConfigurationException("embedding dimension must be 1 to 1024, not " + dimension);
    }
    if (rows.length == 0 || rows.length != kept.length) {
      throw new ConfigurationException("a layout needs the columns of " + rows.length + " fields, not of " + kept.length);
    }
    for (int f = 0; f < rows.length; f++) {
      if (rows[f] < 1) {
        throw new ConfigurationException("field " + f + " has " + rows[f] + " rows");
      }
      for (int j = 0; j < kept[f].length; j++) {
        if (kept[f][j] < 0 || kept[f][j] >= dimension || (j > 0 && kept[f][j] <= kept[f][j - 1])) {
          throw new ConfigurationException(
              "field " + f + " keeps columns " + Arrays.toString(kept[f]) + ", which are not ascending within [0, " + dimension + ")");
        }
      }
    }
    this.dimension = dimension;
    this.rows = rows.clone();
    this.kept = Arrays.stream(kept).map(int[]::clone).toArray(int[][]::new);
    this.columns = Arrays.stream(kept).mapToInt(own -> own.length).sum();
    this.rowMasks = rowMasks;
    this.precision = precision;
  }

  /** Every field keeps all D columns. */
  public static EmbeddingLayout uniform(int dimension, int[] rows) {
    int[] all = new int[Math.max(0, dimension)];
    Arrays.setAll(all, j -> j);
    int[][] kept = new int[rows.length][];
    Arrays.fill(kept, all);
    return new EmbeddingLayout(dimension, rows, kept);
  }

  /** The same dimension and rows, where every row keeps its own columns; a field's columns are those that any of its rows keeps. */
  public EmbeddingLayout withRowMasks(RowMasks masks) {
    int[][] own = new int[rows.length][];
    for (int f = 0; f < rows.length; f++) {
      if (masks.fields() != rows.length || masks.rows(f) != rows[f]) {
        throw new ConfigurationException("row masks are of other tables than the layout's");
      }
      own[f] = masks.columns(f, dimension);
    }
    return new EmbeddingLayout(dimension, rows, own, masks, precision);
  }

  /** The same columns, stored otherwise. */
  public EmbeddingLayout withPrecision(Precision stored) {
    return new EmbeddingLayout(dimension, rows, kept, rowMasks, stored);
  }

  /**
   * The same whole columns over fewer rows.
   *
   * @param fewer rows of each field, 1 to what it has now
   */
  public EmbeddingLayout withRows(int[] fewer) {
    if (rowMasks != null) {
      throw new ConfigurationException("rows cannot be taken from a layout of row masks");
    }
    for (int f = 0; f < rows.length; f++) {
      if (fewer[f] > rows[f]) {
        throw new ConfigurationException("field " + f + " has " + rows[f] + " rows, not " + fewer[f]);
      }
    }
    return new EmbeddingLayout(dimension, fewer, kept, null, precision);
  }

  /** Which columns each row keeps; null when every row keeps those of its field. */
  public RowMasks rowMasks() {
    return rowMasks;
  }

  /** Whether a row of a field has an entry in the field's column {@code j}. */
  boolean keeps(int field, int row, int j) {
    return rowMasks == null || (rowMasks.bits(field, row) >>> kept[field][j] & 1) != 0;
  }

  /** How entries are stored for serving. */
  public Precision precision() {
    return precision;
  }

  /** Base dimension D. */
  public int dimension() {
    return dimension;
  }

  public int fields() {
    return rows.length;
  }

  public int rows(int field) {
    return rows[field];
  }

  public int[] rows() {
    return rows.clone();
  }

  /** Number of columns field keeps. */
  public int width(int field) {
    return kept[field].length;
  }

  /** The base columns a field keeps, ascending. */
  public int[] kept(int field) {
    return kept[field].clone();
  }

  public int[] widths() {
    return Arrays.stream(kept).mapToInt(own -> own.length).toArray();
  }

  /** Columns of the batch matrix: Σ widths. */
  public int columns() {
    return columns;
  }

  /** First batch column of a field. */
  public int column(int field) {
    int column = 0;
    for (int f = 0; f < field; f++) {
      column += kept[f].length;
    }
    return column;
  }

  /** The base column of each batch column. */
  public int[] identity() {
    return Arrays.stream(kept).flatMapToInt(Arrays::stream).toArray();
  }

  /** True when every field keeps all columns. */
  public boolean isUniform() {
    return Arrays.stream(kept).allMatch(own -> own.length == dimension);
  }

  /** Parameters of all tables: Σ rows · width, or the entries that row masks keep. */
  public long parameters() {
    if (rowMasks != null) {
      return rowMasks.entries();
    }
    long total = 0;
    for (int f = 0; f < rows.length; f++) {
      total += (long) rows[f] * kept[f].length;
    }
    return total;
  }

  /** Parameters of the tables before anything was removed: D · Σ rows. */
  public long uniformParameters() {
    return (long) dimension * Arrays.stream(rows).asLongStream().sum();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EmbeddingLayout that
        && dimension == that.dimension
        && Arrays.equals(rows, that.rows)
        && Arrays.deepEquals(kept, that.kept)
        && Objects.equals(rowMasks, that.rowMasks)
        && precision == that.precision;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * dimension + Arrays.hashCode(rows)) + Arrays.deepHashCode(kept);
  }

  @Override
  public String toString() {
    return "D = " + dimension + ", widths " + Arrays.toString(widths());
  }
}
