package io.dimsieve.tensor;

import io.dimsieve.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One field's table as it is stored, with its index in memory and checked: every number that the kernel trusts. Rows are read back from here for training
 * on, and the bytes copied for serving.
 */
public final class PackedField {

  /** Reads stored bytes. */
  @FunctionalInterface
  public interface Source {
    /** Fills the rest of {@code target} with bytes from {@code offset} of the table on. */
    void read(long offset, ByteBuffer target);
  }

  private static final int PIECE = 1 << 20;

  private final String name;
  private final PackedForm form;
  private final Precision precision;
  private final Quantizer quantizer;
  private final float scale;
  private final int rows;
  private final int width;
  private final long bytes;
  private final Source source;
  private long valuesAt;
  /** Rows of the index: first rows of bands, or ranks; what they keep: widths of bands, or first entries. */
  private int[] firsts;
  private int[] counts;
  private long[] kept;
  private long entries;

  /**
   * A stored table.
   *
   * @param name of file and field, for messages
   * @param scale of I8; not used in other precisions
   * @param bytes that are stored
   * @throws ModelFormatException when the index is damaged
   */
  public PackedField(String name, PackedForm form, Precision precision, float scale, int rows, int width, long bytes, Source source) {
    this.name = name;
    this.form = form;
    this.precision = precision;
    this.quantizer = new Quantizer(precision, scale);
    this.scale = scale;
    this.rows = rows;
    this.width = width;
    this.bytes = bytes;
    this.source = source;
    require(precision != Precision.I8 || (scale >= Float.MIN_NORMAL && scale <= Float.MAX_VALUE), "scale " + scale);
    switch (form) {
      case DENSE -> entries = (long) rows * width;
      case BANDS -> readBands();
      case SPARSE -> readIndex();
    }
    require(
        bytes == valuesAt + entries * (precision.bytes() + (form == PackedForm.SPARSE ? 1 : 0)),
        bytes + " bytes for " + entries + " entries");
    if (form == PackedForm.SPARSE) {
      checkColumns();
    }
  }

  private void require(boolean sound, String what) {
    if (!sound) {
      throw new ModelFormatException(name, "its " + form + " embedding table is damaged: " + what);
    }
  }

  private ByteBuffer read(long offset, long length) {
    require(offset >= 0 && length >= 0 && length <= Integer.MAX_VALUE - 8 && offset <= bytes - length, length + " bytes at " + offset + " of " + bytes);
    ByteBuffer target = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    source.read(offset, target);
    return target.flip();
  }

  /** The first band's values follow the band table, so its offset tells how many bands there are. */
  private void readBands() {
    valuesAt = read(0, StoredBytes.BAND).getLong(8);
    require(valuesAt > 0 && valuesAt % StoredBytes.BAND == 0 && valuesAt / StoredBytes.BAND <= rows, "first band at " + valuesAt);
    int bands = (int) (valuesAt / StoredBytes.BAND);
    ByteBuffer table = read(0, valuesAt);
    firsts = new int[bands + 1];
    counts = new int[bands];
    for (int i = 0; i < bands; i++) {
      firsts[i] = table.getInt();
      counts[i] = table.getInt();
      require(i == 0 ? firsts[i] == 0 : firsts[i] > firsts[i - 1] && firsts[i] < rows, "band " + i + " begins at row " + firsts[i]);
      require(counts[i] >= 0 && counts[i] <= width, "band " + i + " is " + counts[i] + " wide");
      entries += i == 0 ? 0 : (long) (firsts[i] - firsts[i - 1]) * counts[i - 1];
      require(table.getLong() == valuesAt + entries * precision.bytes(), "offset of band " + i);
    }
    firsts[bands] = rows;
    entries += (long) (rows - firsts[bands - 1]) * counts[bands - 1];
  }

  private void readIndex() {
    require(width <= Long.SIZE, width + " columns");
    int words = (rows + Long.SIZE - 1) / Long.SIZE;
    kept = new long[words];
    firsts = new int[words + 1];
    read(0, 8L * words).asLongBuffer().get(kept);
    read(8L * words, 4L * words).asIntBuffer().get(firsts, 0, words);
    int rank = 0;
    for (int i = 0; i < words; i++) {
      require(firsts[i] == rank, "rank of word " + i);
      rank += Long.bitCount(kept[i]);
    }
    require(rows % Long.SIZE == 0 || kept[words - 1] >>> rows == 0, "bits beyond its last row");
    counts = new int[rank + 1];
    read(12L * words, 4L * counts.length).asIntBuffer().get(counts);
    require(counts[0] == 0, "first row pointer " + counts[0]);
    for (int i = 1; i <= rank; i++) {
      require(counts[i] > counts[i - 1] && counts[i] - counts[i - 1] <= width, "row pointer " + i);
    }
    entries = counts[rank];
    valuesAt = 12L * words + 4L * counts.length;
  }

  private void checkColumns() {
    byte[] columns = new byte[width];
    for (int first = 0; first < counts.length - 1; ) {
      int last = first;
      while (last < counts.length - 1 && (last == first || counts[last + 1] - counts[first] <= PIECE)) {
        last++;
      }
      ByteBuffer piece = read(valuesAt + entries * precision.bytes() + counts[first], counts[last] - counts[first]);
      for (; first < last; first++) {
        int n = counts[first + 1] - counts[first];
        piece.get(columns, 0, n);
        for (int i = 0; i < n; i++) {
          require(columns[i] >= 0 && columns[i] < width && (i == 0 || columns[i] > columns[i - 1]), "columns of its stored row " + first);
        }
      }
    }
  }

  public PackedForm form() {
    return form;
  }

  public Precision precision() {
    return precision;
  }

  public int rows() {
    return rows;
  }

  public int width() {
    return width;
  }

  /** Bytes of the table and its index. */
  public long bytes() {
    return bytes;
  }

  /** All that the field takes, as {@link StoredBytes} counts it. */
  public long storedBytes() {
    return bytes + StoredBytes.head(width, precision);
  }

  /** What the kernel is told of the table; layout in {@code native/cpu/packed_gather.cpp}. */
  long[] descriptor(int column, long at) {
    int count = form == PackedForm.DENSE ? 0 : form == PackedForm.BANDS ? counts.length : counts.length - 1;
    return new long[] {form.ordinal(), precision.ordinal(), rows, width, column, at, count, Float.floatToRawIntBits(scale)};
  }

  /** Hands over all bytes as they are. */
  void copy(Source target) {
    for (long at = 0; at < bytes; at += PIECE) {
      target.read(at, read(at, Math.min(PIECE, bytes - at)));
    }
  }

  /** Number of entries before a row. */
  private long before(int row) {
    if (form == PackedForm.DENSE) {
      return (long) row * width;
    }
    if (form == PackedForm.SPARSE) {
      return counts[rank(row)];
    }
    long before = 0;
    for (int i = 0; i < counts.length && firsts[i] < row; i++) {
      before += (long) (Math.min(row, firsts[i + 1]) - firsts[i]) * counts[i];
    }
    return before;
  }

  private int rank(int row) {
    int word = row / Long.SIZE;
    return row == rows ? counts.length - 1 : firsts[word] + Long.bitCount(kept[word] & (1L << row) - 1);
  }

  /** Number of entries of a row. */
  private int entries(int row) {
    return switch (form) {
      case DENSE -> width;
      case BANDS -> {
        int at = Arrays.binarySearch(firsts, 0, counts.length, row);
        yield counts[at >= 0 ? at : -at - 2];
      }
      case SPARSE -> (kept[row / Long.SIZE] >>> row & 1) == 0 ? 0 : counts[rank(row) + 1] - counts[rank(row)];
    };
  }

  /**
   * Reads rows back.
   *
   * @param first row
   * @param values receives [rows][width] floats, 0 where a row has no entry
   * @param masks receives a word per row, bit j for column j of the field; null when not wanted, as for more than 64 columns
   */
  void unpack(int first, int count, float[] values, long[] masks) {
    long from = before(first);
    long n = before(first + count) - from;
    ByteBuffer stored = read(valuesAt + from * precision.bytes(), n * precision.bytes());
    ByteBuffer columns = form == PackedForm.SPARSE ? read(valuesAt + entries * precision.bytes() + from, n) : null;
    Arrays.fill(values, 0, count * width, 0);
    for (int r = 0; r < count; r++) {
      int own = entries(first + r);
      long mask = 0;
      for (int i = 0; i < own; i++) {
        int j = columns == null ? i : columns.get();
        values[r * width + j] = quantizer.get(stored);
        mask |= 1L << j;
      }
      if (masks != null) {
        masks[r] = mask;
      }
    }
  }
}
