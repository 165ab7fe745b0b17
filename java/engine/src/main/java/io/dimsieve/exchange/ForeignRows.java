package io.dimsieve.exchange;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.PlainTensorFile;
import io.dimsieve.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which row of a foreign table each row of a field's table is. Without {@code values} row i is row i; with them, value i of the
 * list has row i, and what the list does not have the row that {@code unknown} says.
 */
final class ForeignRows {

  private static final int PIECE = 1 << 20;
  private static final int ZEROS = -1;

  private final long first;
  /** For each row of the field its foreign row before {@code first} is added, {@link #ZEROS} for none; null: the same row. */
  private final int[] rows;
  private final int fieldRows;
  private final long needed;
  private final boolean atLeast;

  private ForeignRows(long first, int[] rows, int fieldRows, long needed, boolean atLeast) {
    this.first = first;
    this.rows = rows;
    this.fieldRows = fieldRows;
    this.needed = needed;
    this.atLeast = atLeast;
  }

  static ForeignRows of(NamesObject names, Encoder encoder, int field) {
    boolean shared = names.has("first");
    long first = shared ? names.whole("first") : 0;
    int own = encoder.rows(field);
    if (!names.has("values")) {
      return new ForeignRows(first, null, own, first + own, shared);
    }
    if (encoder.vocabulary(field) == null) {
      throw names.wrong("values", "the dataset hashes this field, so its values are not known");
    }
    List<String> values = values(names);
    int unknown = names.has("unknown") ? names.whole("unknown") : ZEROS;
    int[] rows = new int[own];
    Arrays.fill(rows, unknown);
    boolean[] listed = new boolean[own];
    for (int row = 0; row < values.size(); row++) {
      int id = id(names, encoder, field, values.get(row));
      if (id > 0 && listed[id]) {
        throw names.wrong("values", "'" + values.get(row) + "' and '" + values.get(rows[id]) + "' are one value of the dataset");
      }
      if (id > 0) {
        listed[id] = true;
        rows[id] = row;
      }
    }
    for (int id = 1; unknown == ZEROS && id < own; id++) {
      if (!listed[id]) {
        throw names.wrong("values", "lacks '" + encoder.vocabulary(field).value(id) + "', a value of the dataset, and no \"unknown\" row is given");
      }
    }
    return new ForeignRows(first, rows, own, first + Math.max(values.size(), unknown + 1L), shared);
  }

  private static int id(NamesObject names, Encoder encoder, int field, String value) {
    try {
      return encoder.encode(field, value);
    } catch (IllegalArgumentException e) {
      throw names.wrong("values", e.getMessage());
    }
  }

  /** A list of texts, or the name of a file beside the names file with one value a line. */
  private static List<String> values(NamesObject names) {
    JsonElement value = names.value("values");
    List<String> texts = new ArrayList<>();
    if (!value.isJsonArray()) {
      Path file = names.file().resolveSibling(names.text("values"));
      try {
        return Files.readAllLines(file);
      } catch (IOException e) {
        throw names.wrong("values", file + " cannot be read: " + e);
      }
    }
    for (JsonElement element : value.getAsJsonArray()) {
      if (!(element instanceof JsonPrimitive text) || !text.isString()) {
        throw names.wrong("values", "expected texts, found " + NamesObject.shown(element));
      }
      texts.add(element.getAsString());
    }
    return texts;
  }

  /**
   * Copies a foreign table.
   *
   * @param key in the names file that names the tensor
   * @param target tables of all fields
   * @param base first element of the field's table in it
   */
  void copy(ForeignTensors tensors, NamesObject names, String key, int columns, Tensor target, long base) {
    PlainTensorFile.Entry entry = tensors.entry(names, key);
    tensors.require(
        ForeignTensors.isTable(entry, needed, columns, atLeast), names, key, entry,
        "[" + needed + (atLeast ? " or more, " : ", ") + columns + "]: rows of the table × dimension");
    int most = Math.max(1, PIECE / columns);
    for (int from = 0; from < fieldRows; from += most) {
      int count = Math.min(most, fieldRows - from);
      float[] values = rows == null ? tensors.file().floats(entry, (first + from) * columns, count * columns) : new float[count * columns];
      for (int r = 0; rows != null && r < count; r++) {
        if (rows[from + r] != ZEROS) {
          float[] row = tensors.file().floats(entry, (first + rows[from + r]) * columns, columns);
          System.arraycopy(row, 0, values, r * columns, columns);
        }
      }
      target.set(base + (long) from * columns, values);
    }
  }
}
