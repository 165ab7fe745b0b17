package io.dimsieve.tensor;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Allocator;
import java.util.Arrays;

/**
 * The tables of all fields in one tensor, with the index arrays that the embedding kernels take. Field f's rows begin at element
 * {@code base[f]}, row-major, {@code width(f)} floats each.
 */
public final class EmbeddingTable {

  private static final int PIECE = 1 << 20; // entries moved at a time

  private final EmbeddingLayout layout;
  private final Tensor values;
  private final Tensor base;
  private final Tensor width;
  private final Tensor column;
  private final Tensor rows;
  private final Tensor identity;
  private final Tensor squareBase;
  private final long[] hostBase;
  private final long squares;
  private final Tensor rowBase;
  private Tensor mask;
  private Tensor rowMask;

  /** Zero-filled tables in memory of {@code owner}. */
  public EmbeddingTable(Backend backend, Allocator owner, EmbeddingLayout layout) {
    this(backend, owner, layout, Tensor.floats(backend, owner, 1, entries(layout)));
  }

  /**
   * Tables that are in memory already.
   *
   * @param owner of the index arrays
   * @param values F32 [1, Σ rows · width]
   */
  public EmbeddingTable(Backend backend, Allocator owner, EmbeddingLayout layout, Tensor values) {
    this.layout = layout;
    this.values = values;
    int fields = layout.fields();
    hostBase = new long[fields];
    long[] hostSquareBase = new long[fields];
    long[] hostRowBase = new long[fields + 1];
    int[] hostColumn = new int[fields];
    long at = 0;
    long square = 0;
    for (int f = 0; f < fields; f++) {
      hostBase[f] = at;
      hostSquareBase[f] = square;
      hostColumn[f] = layout.column(f);
      hostRowBase[f + 1] = hostRowBase[f] + layout.rows(f);
      at += (long) layout.rows(f) * layout.width(f);
      square += (long) layout.width(f) * layout.width(f);
    }
    squares = square;
    base = Tensor.of(backend, owner, hostBase);
    width = Tensor.of(backend, owner, layout.widths());
    column = Tensor.of(backend, owner, hostColumn);
    rows = Tensor.of(backend, owner, Arrays.stream(layout.rows()).asLongStream().toArray());
    identity = Tensor.of(backend, owner, layout.identity());
    squareBase = Tensor.of(backend, owner, hostSquareBase);
    rowBase = Tensor.of(backend, owner, hostRowBase);
    if (layout.rowMasks() != null) {
      rowMask = Tensor.of(backend, owner, packed(layout));
    }
  }

  private static long entries(EmbeddingLayout layout) {
    long entries = 0;
    for (int f = 0; f < layout.fields(); f++) {
      entries += (long) layout.rows(f) * layout.width(f);
    }
    return entries;
  }

  /** The row masks of all fields end to end, with the columns that a field lacks squeezed out of their words. */
  private static long[] packed(EmbeddingLayout layout) {
    long[] packed = new long[Math.toIntExact(Arrays.stream(layout.rows()).asLongStream().sum())];
    for (int f = 0, at = 0; f < layout.fields(); f++) {
      int[] kept = layout.kept(f);
      for (int r = 0; r < layout.rows(f); r++, at++) {
        long bits = layout.rowMasks().bits(f, r);
        for (int k = 0; k < kept.length; k++) {
          packed[at] |= (bits >>> kept[k] & 1) << k;
        }
      }
    }
    return packed;
  }

  public EmbeddingLayout layout() {
    return layout;
  }

  /** F32 [1, parameters]. */
  public Tensor values() {
    return values;
  }

  /** I64 [fields]: first element of each table. */
  public Tensor base() {
    return base;
  }

  /** First element of a field's table. */
  public long base(int field) {
    return hostBase[field];
  }

  /** I32 [fields]. */
  public Tensor width() {
    return width;
  }

  /** I32 [fields]: first batch column. */
  public Tensor column() {
    return column;
  }

  /** I64 [fields]. */
  public Tensor rows() {
    return rows;
  }

  /** I32 [columns]: base column of each batch column. */
  public Tensor identity() {
    return identity;
  }

  /** I64 [fields]: first element of each field's width × width matrix in an array of {@link #squares()}. */
  public Tensor squareBase() {
    return squareBase;
  }

  /** Σ width². */
  public long squares() {
    return squares;
  }

  /** The hard mask, F32 [1, columns] of 0 and 1, or null. */
  public Tensor mask() {
    return mask;
  }

  /** Puts a mask behind the tables; null takes it away. */
  public void mask(Tensor hardMask) {
    mask = hardMask;
  }

  /** Address of the mask for kernels: 0 when there is none. */
  public long maskAddress() {
    return mask == null ? 0 : mask.address();
  }

  /** I64 [fields + 1]: first row of each field in arrays with one element per row. */
  public Tensor rowBase() {
    return rowBase;
  }

  /** I64 [1, Σ rows], bit j for column j of the field's own columns: which entries a row keeps; null when all. */
  public Tensor rowMask() {
    return rowMask;
  }

  /** Lets every row keep its own columns; null ends it. Entries without their bit read as 0 and do not learn. */
  public void rowMask(Tensor masks) {
    rowMask = masks;
  }

  /** Sets the entries to 0 that the layout's row masks do not keep. */
  public void clearMasked() {
    if (layout.rowMasks() != null) {
      clear(layout.rowMasks());
    }
  }

  /** Sets the entries to 0 that the masks do not keep. */
  public void clear(RowMasks masks) {
    for (int f = 0; f < layout.fields(); f++) {
      int field = f;
      int width = layout.width(f);
      int[] kept = layout.kept(f);
      forEachPiece(f, (first, entries) -> {
        for (int i = 0; i < entries.length; i++) {
          entries[i] = (masks.bits(field, first + i / width) >>> kept[i % width] & 1) == 0 ? 0 : entries[i];
        }
        values.set(base(field) + (long) first * width, entries);
      });
    }
  }

  /** Receives whole rows. */
  @FunctionalInterface
  interface Piece {
    /**
     * Called with a copy of some rows.
     *
     * @param entries [rows][width]
     */
    void accept(int firstRow, float[] entries);
  }

  /** Reads a field's table in pieces of whole rows; none when it has no columns. */
  void forEachPiece(int field, Piece piece) {
    int width = layout.width(field);
    int most = Math.max(1, PIECE / Math.max(1, width));
    for (int first = 0; first < layout.rows(field) && width > 0; first += most) {
      int count = Math.min(most, layout.rows(field) - first);
      piece.accept(first, values.get(base(field) + (long) first * width, count * width));
    }
  }

  /** Address of the row masks for kernels: 0 when there are none. */
  public long rowMaskAddress() {
    return rowMask == null ? 0 : rowMask.address();
  }
}
