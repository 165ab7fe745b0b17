package io.dimsieve.tensor;

/**
 * Bytes that embedding tables take in a model file and in a scorer's memory, indices included. Each field takes the smallest of three forms, with p bytes
 * an entry and w kept columns:
 *
 * <ul>
 *   <li>dense: rows · w · p
 *   <li>bands, when every row keeps a prefix of the field's columns: runs of rows with the same prefix k, Σ rows · k · p + 16 a run
 *   <li>sparse: a bitmap of the rows that keep anything with its ranks, 12 a 64 rows; their row pointers, 4 each and one more; 1 + p an entry
 * </ul>
 *
 * and besides 8 a field, 4 for the identity of each column, and the scale of a quantized table.
 */
public final class StoredBytes {

  private static final long FIELD = 8;
  private static final long COLUMN = 4;
  static final long BAND = 16;
  private static final long RANK_WORD = 12;
  private static final long ROW_POINTER = 4;

  private StoredBytes() {}

  /** Of all fields. */
  public static long of(EmbeddingLayout layout) {
    long total = 0;
    for (int f = 0; f < layout.fields(); f++) {
      total += of(layout, f);
    }
    return total;
  }

  /** Of one field. */
  public static long of(EmbeddingLayout layout, int field) {
    return head(layout.width(field), layout.precision()) + table(layout, field, form(layout, field));
  }

  /** What a field takes besides its table. */
  static long head(int width, Precision precision) {
    return FIELD + COLUMN * width + precision.scaleBytes();
  }

  /** The smallest form of a field's table. */
  static PackedForm form(EmbeddingLayout layout, int field) {
    PackedForm best = PackedForm.DENSE;
    if (layout.rowMasks() == null) {
      return best;
    }
    long least = Long.MAX_VALUE;
    for (PackedForm form : PackedForm.values()) {
      long bytes = table(layout, field, form);
      if (bytes < least) {
        least = bytes;
        best = form;
      }
    }
    return best;
  }

  /** Bytes of a field's table and its index; {@link Long#MAX_VALUE} when it does not fit the form. */
  static long table(EmbeddingLayout layout, int field, PackedForm form) {
    return switch (form) {
      case DENSE -> dense(layout.rows(field), layout.width(field), layout.precision());
      case BANDS -> bands(layout, field);
      case SPARSE -> sparse(layout, field);
    };
  }

  /**
   * At most what a field of row masks takes, by counts alone: as {@link #of(EmbeddingLayout, int)}, but without looking for bands.
   *
   * @param width columns that any row keeps
   * @param occupied rows that keep anything
   * @param entries kept entries
   */
  public static long masked(int rows, int width, long occupied, long entries, Precision precision) {
    return head(width, precision) + Math.min(dense(rows, width, precision), sparse(rows, occupied, entries, precision));
  }

  /** What a whole column adds to a dense table of that many rows. */
  public static long column(int rows, Precision precision) {
    return dense(rows, 1, precision) + COLUMN;
  }

  private static long dense(int rows, int width, Precision precision) {
    return (long) rows * width * precision.bytes();
  }

  private static long bands(EmbeddingLayout layout, int field) {
    long prefixes = 0;
    long prefix = 0;
    int[] kept = layout.kept(field);
    long[] ends = new long[kept.length + 1];
    for (int k = 1; k < ends.length; k++) {
      prefix |= 1L << kept[k - 1];
      ends[k] = prefix;
    }
    long before = -1;
    long bands = 0;
    for (int r = 0; r < layout.rows(field); r++) {
      long bits = layout.rowMasks().bits(field, r);
      if (ends[Long.bitCount(bits)] != bits) {
        return Long.MAX_VALUE;
      }
      prefixes += Long.bitCount(bits);
      bands += bits == before && r > 0 ? 0 : 1;
      before = bits;
    }
    return prefixes * layout.precision().bytes() + BAND * bands;
  }

  private static long sparse(EmbeddingLayout layout, int field) {
    long entries = layout.rowMasks().entries(field);
    if (entries > Integer.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    long occupied = 0;
    for (int r = 0; r < layout.rows(field); r++) {
      occupied += layout.rowMasks().bits(field, r) == 0 ? 0 : 1;
    }
    return sparse(layout.rows(field), occupied, entries, layout.precision());
  }

  private static long sparse(int rows, long occupied, long entries, Precision precision) {
    long words = (rows + Long.SIZE - 1) / Long.SIZE;
    return RANK_WORD * words + ROW_POINTER * (occupied + 1) + entries * (1 + precision.bytes());
  }
}
