package io.dimsieve.data;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.EncoderTensors;
import io.dimsieve.file.TensorEntry;
import io.dimsieve.file.TensorFileReader;
import io.dimsieve.file.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A dataset file: encoder, and for each {@link Part} an {@code I32} tensor [rows][1 + F] with the label in column 0 and the ids
 * of the F fields after it. {@link #open} verifies everything once, so readers of batches need not. May be shared by several
 * readers.
 */
public final class Dataset implements AutoCloseable {

  /** Kind of the tensor file. */
  public static final String KIND = "dataset";

  private static final int CHECK_BYTES = 1 << 18;

  private final TensorFileReader file;
  private final Encoder encoder;
  private final TensorEntry[] parts = new TensorEntry[Part.values().length];
  private final boolean view;

  /** The same rows through an encoder that knows fewer values. */
  private Dataset(Dataset whole, Encoder encoder) {
    file = whole.file;
    this.encoder = encoder;
    System.arraycopy(whole.parts, 0, parts, 0, parts.length);
    view = true;
  }

  private Dataset(TensorFileReader file, Encoder encoder) {
    this.file = file;
    this.encoder = encoder;
    view = false;
    for (Part part : Part.values()) {
      parts[part.ordinal()] = file.tensor(part.tensor(), TensorType.I32, -1, 1L + encoder.fields());
    }
  }

  /**
   * Opens a dataset and reads all of it once to verify it.
   *
   * @throws ModelFormatException when it is damaged, or a label or an id is out of range (names row and field)
   */
  public static Dataset open(Path path) {
    TensorFileReader file = TensorFileReader.open(path, KIND);
    try {
      Dataset dataset = new Dataset(file, EncoderTensors.read(file));
      for (Part part : Part.values()) {
        dataset.check(part);
      }
      return dataset;
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** The dataset that this process has just written to a file, of which only the header is read again. */
  static Dataset written(Path path, Encoder encoder) {
    return new Dataset(TensorFileReader.written(path, KIND), encoder);
  }

  private void check(Part part) {
    int columns = 1 + encoder.fields();
    int[] limit = new int[columns];
    limit[0] = 2;
    System.arraycopy(encoder.rows(), 0, limit, 1, encoder.fields());
    int chunkRows = Math.max(1, CHECK_BYTES / (columns * Integer.BYTES));
    int[] values = new int[chunkRows * columns];
    ByteBuffer chunk = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long first = 0; first < rows(part); first += chunkRows) {
      int count = (int) Math.min(chunkRows, rows(part) - first) * columns;
      read(part, first, chunk.clear().limit(count * Integer.BYTES));
      chunk.flip().asIntBuffer().get(values, 0, count);
      for (int i = 0; i < count; ) {
        for (int column = 0; column < columns; column++, i++) {
          if (Integer.compareUnsigned(values[i], limit[column]) >= 0) {
            throw outOfRange(part, first + i / columns, column, values[i], limit[column]);
          }
        }
      }
    }
  }

  private ModelFormatException outOfRange(Part part, long row, int column, int value, int limit) {
    String what = column == 0 ? "label" : "id of field " + encoder.schema().fields().get(column - 1).name();
    return new ModelFormatException(file.path().toString(),
        part.tensor() + " row " + row + ": " + what + " is " + value + "; it must be 0 to " + (limit - 1));
  }

  public Path path() {
    return file.path();
  }

  /** Turns raw values into the ids of this dataset. */
  public Encoder encoder() {
    return encoder;
  }

  /** Number of fields F. */
  public int fields() {
    return encoder.fields();
  }

  /** Table rows of each field; every id is smaller. */
  public int[] rows() {
    return encoder.rows();
  }

  /**
   * The same rows as if the vocabularies held fewer values: of each field the most frequent ones stay, the others become unknown (row 0). Shares this
   * dataset's file, which must stay open; closing the result does nothing.
   *
   * @param rows table rows of each field, 1 to {@link #rows()}
   * @throws io.dimsieve.ConfigurationException when a hashed field would lose rows
   */
  public Dataset truncated(int[] rows) {
    return Arrays.equals(rows, rows()) ? this : new Dataset(this, encoder.truncated(rows));
  }

  /** Number of rows of a part. */
  public long rows(Part part) {
    return parts[part.ordinal()].shape().get(0);
  }

  /** Where the rows came from. */
  public String source() {
    return file.metadata("source");
  }

  /** How the rows were divided. */
  public String split() {
    return file.metadata("split");
  }

  /** Bytes of one row in the file. */
  int rowBytes() {
    return (1 + fields()) * Integer.BYTES;
  }

  /** Fills the rest of a little-endian buffer with whole rows. Thread-safe. */
  void read(Part part, long firstRow, ByteBuffer target) {
    int begin = target.position();
    file.read(parts[part.ordinal()], firstRow * rowBytes(), target);
    if (view) {
      for (int at = begin; at < target.position(); at += rowBytes()) {
        for (int f = 0; f < fields(); f++) {
          int id = at + (1 + f) * Integer.BYTES;
          if (target.getInt(id) >= encoder.rows(f)) {
            target.putInt(id, 0);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    if (!view) {
      file.close();
    }
  }
}
