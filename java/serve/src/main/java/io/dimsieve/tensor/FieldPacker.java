package io.dimsieve.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Writes one field's table as it is stored: the smallest form its layout allows, entries in the layout's precision. The same table gives the same
 * bytes. Entries that row masks do not keep are left out, or written as 0 in a dense table.
 */
public final class FieldPacker {

  private final EmbeddingTable table;
  private final EmbeddingLayout layout;
  private final int field;
  private final PackedForm form;
  private final Quantizer quantizer;

  public FieldPacker(EmbeddingTable table, int field) {
    this.table = table;
    this.layout = table.layout();
    this.field = field;
    this.form = StoredBytes.form(layout, field);
    this.quantizer = Quantizer.of(table, field);
  }

  public PackedForm form() {
    return form;
  }

  /** Scale of {@link Precision#I8}; 0 in other precisions. */
  public float scale() {
    return quantizer.scale();
  }

  /** Bytes that {@link #write} gives. */
  public long bytes() {
    return StoredBytes.table(layout, field, form);
  }

  /** Hands over all bytes, piece after piece. */
  public void write(Consumer<byte[]> target) {
    if (form == PackedForm.BANDS) {
      bands(target);
    } else if (form == PackedForm.SPARSE) {
      index(target);
    }
    values(target);
    if (form == PackedForm.SPARSE) {
      columns(target);
    }
  }

  private static ByteBuffer buffer(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int entries(int row) {
    return Long.bitCount(layout.rowMasks().bits(field, row));
  }

  private void bands(Consumer<byte[]> target) {
    int rows = layout.rows(field);
    int bands = 0;
    for (int r = 0; r < rows; r++) {
      bands += r == 0 || entries(r) != entries(r - 1) ? 1 : 0;
    }
    ByteBuffer written = buffer(StoredBytes.BAND * bands);
    long offset = written.capacity();
    for (int r = 0; r < rows; r++) {
      if (r == 0 || entries(r) != entries(r - 1)) {
        written.putInt(r).putInt(entries(r)).putLong(offset);
      }
      offset += (long) entries(r) * layout.precision().bytes();
    }
    target.accept(written.array());
  }

  private void index(Consumer<byte[]> target) {
    int rows = layout.rows(field);
    int words = (rows + Long.SIZE - 1) / Long.SIZE;
    ByteBuffer kept = buffer((long) Long.BYTES * words);
    ByteBuffer before = buffer((long) Integer.BYTES * words);
    int rank = 0;
    for (int word = 0; word < words; word++) {
      long bits = 0;
      for (int r = word * Long.SIZE; r < Math.min(rows, (word + 1) * Long.SIZE); r++) {
        bits |= (entries(r) > 0 ? 1L : 0L) << r;
      }
      kept.putLong(bits);
      before.putInt(rank);
      rank += Long.bitCount(bits);
    }
    ByteBuffer starts = buffer((long) Integer.BYTES * (rank + 1L));
    int start = 0;
    for (int r = 0; r < rows; r++) {
      if (entries(r) > 0) {
        starts.putInt(start);
        start += entries(r);
      }
    }
    starts.putInt(start);
    target.accept(kept.array());
    target.accept(before.array());
    target.accept(starts.array());
  }

  private void values(Consumer<byte[]> target) {
    int width = layout.width(field);
    table.forEachPiece(field, (first, rows) -> {
      ByteBuffer piece = buffer((long) rows.length * layout.precision().bytes());
      for (int i = 0; i < rows.length; i++) {
        boolean kept = layout.keeps(field, first + i / width, i % width);
        if (kept || form == PackedForm.DENSE) {
          quantizer.put(piece, kept ? rows[i] : 0);
        }
      }
      target.accept(java.util.Arrays.copyOf(piece.array(), piece.position()));
    });
  }

  private void columns(Consumer<byte[]> target) {
    int width = layout.width(field);
    for (int r = 0; r < layout.rows(field); r++) {
      byte[] columns = new byte[entries(r)];
      for (int j = 0, n = 0; j < width; j++) {
        if (layout.keeps(field, r, j)) {
          columns[n++] = (byte) j;
        }
      }
      target.accept(columns);
    }
  }
}
