package io.dimsieve.tensor;

import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The embedding tables of a model file, checked, before they are brought into memory.
 *
 * @param name of the file, for messages
 * @param layout rows, columns and precision
 * @param fields one per field
 */
public record StoredTables(String name, EmbeddingLayout layout, List<PackedField> fields) {

  /** Reads stored bytes of any field. */
  @FunctionalInterface
  public interface Source {
    /** Fills the rest of {@code target} with bytes from {@code offset} of a field's table on. */
    void read(int field, long offset, ByteBuffer target);
  }

  private static final int PIECE = 1 << 20;

  public StoredTables {
    fields = List.copyOf(fields);
  }

  /**
   * Checks the tables of a file.
   *
   * @param sizes rows and columns
   * @param precision as {@link Precision#toString} has it
   * @param forms for each field the ordinal of its {@link PackedForm}
   * @param scales for each field, in {@link Precision#I8}; otherwise not used
   * @param bytes of each field's table
   * @throws ModelFormatException when they do not fit each other, or an index is damaged
   */
  public static StoredTables of(
      String name, EmbeddingLayout sizes, String precision, byte[] forms, float[] scales, long[] bytes, Source source) {
    List<PackedField> fields = new ArrayList<>();
    Precision stored;
    try {
      stored = Precision.of(precision);
    } catch (ConfigurationException e) {
      throw new ModelFormatException(name, e.getMessage(), e);
    }
    for (int f = 0; f < sizes.fields(); f++) {
      int field = f;
      if (forms[f] < 0 || forms[f] >= PackedForm.values().length) {
        throw new ModelFormatException(name, "field " + f + " is stored in form " + forms[f] + ", which is none");
      }
      fields.add(new PackedField(
          name + ", field " + f, PackedForm.values()[forms[f]], stored, stored == Precision.I8 ? scales[f] : 0, sizes.rows(f), sizes.width(f), bytes[f],
          (offset, target) -> source.read(field, offset, target)));
    }
    return new StoredTables(name, sizes.withPrecision(stored), fields);
  }

  /** The layout of a model to train on: with row masks when some field is not stored whole. A field stored whole keeps all its entries. */
  public EmbeddingLayout trainingLayout() {
    if (fields.stream().allMatch(field -> field.form() == PackedForm.DENSE)) {
      return layout;
    }
    long[][] bits = new long[fields.size()][];
    for (int f = 0; f < bits.length; f++) {
      long[] own = new long[layout.rows(f)];
      int[] kept = layout.kept(f);
      forEachPiece(f, (first, values, masks) -> {
        for (int r = 0; r < masks.length; r++) {
          for (int j = 0; j < kept.length; j++) {
            own[first + r] |= (masks[r] >>> j & 1) << kept[j];
          }
        }
      });
      bits[f] = own;
    }
    EmbeddingLayout masked;
    try {
      masked = layout.withRowMasks(new RowMasks(bits));
    } catch (ConfigurationException e) {
      throw new ModelFormatException(name, "its row masks are damaged: " + e.getMessage(), e);
    }
    if (masked.columns() != layout.columns()) {
      throw new ModelFormatException(name, "has columns that no row keeps");
    }
    return masked;
  }

  /** Fills tables of these sizes with the stored entries, as they are served; entries that are not stored become 0. */
  public void unpack(EmbeddingTable target) {
    for (int f = 0; f < fields.size(); f++) {
      int field = f;
      forEachPiece(f, (first, values, masks) -> target.values().set(target.base(field) + (long) first * layout.width(field), values));
    }
  }

  /**
   * Rows of a field's table as floats, 0 where an entry is not stored.
   *
   * @return [count][width], row-major
   */
  public float[] rows(int field, int first, int count) {
    float[] values = new float[Math.multiplyExact(count, layout.width(field))];
    fields.get(field).unpack(first, count, values, null);
    return values;
  }

  /** Receives whole rows. */
  @FunctionalInterface
  private interface Piece {
    void accept(int firstRow, float[] values, long[] masks);
  }

  private void forEachPiece(int f, Piece piece) {
    int width = layout.width(f);
    int most = Math.max(1, PIECE / Math.max(1, width));
    for (int first = 0; first < layout.rows(f); first += most) {
      int count = Math.min(most, layout.rows(f) - first);
      float[] values = new float[count * width];
      long[] masks = new long[width <= Long.SIZE ? count : 0];
      fields.get(f).unpack(first, count, values, width <= Long.SIZE ? masks : null);
      piece.accept(first, values, masks);
    }
  }
}
