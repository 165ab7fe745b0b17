package io.dimsieve.file;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A model file, open for reading: encoder, sizes of the embedding tables, program, settings and arrays. Everything is checked against its checksum when
 * the file is opened.
 */
public final class ModelFile implements AutoCloseable {

  /** Kind of tensor file. */
  public static final String KIND = "model";

  static final String PROGRAM = "program";
  static final String DIMENSION = "dimension";
  static final String ROWS = "layout.rows";
  static final String WIDTHS = "layout.widths";
  static final String COLUMNS = "layout.columns";
  private static final int PIECE = 1 << 20;

  /** Receives a piece of an array. */
  @FunctionalInterface
  public interface Sink {
    void accept(long firstElement, float[] values);
  }

  private final TensorFileReader reader;
  private final Encoder encoder;
  private final Program program;
  private final int dimension;
  private final int[] rows;
  private final int[][] columns;

  private ModelFile(TensorFileReader reader) {
    this.reader = reader;
    this.encoder = EncoderTensors.read(reader);
    this.program = Program.fromJson(name(), reader.metadata(PROGRAM));
    int fields = encoder.fields();
    this.rows = reader.ints(reader.tensor(ROWS, TensorType.I32, fields));
    int[] widths = reader.ints(reader.tensor(WIDTHS, TensorType.I32, fields));
    int[] all = reader.ints(reader.tensor(COLUMNS, TensorType.I32, -1));
    this.columns = new int[fields][];
    int at = 0;
    try {
      this.dimension = Integer.parseInt(reader.metadata(DIMENSION));
      for (int f = 0; f < fields; f++) {
        if (rows[f] != encoder.rows(f)) {
          throw new ModelFormatException(
              name(), "field '" + encoder.schema().fields().get(f).name() + "' has " + rows[f] + " rows, its vocabulary " + encoder.rows(f));
        }
        columns[f] = java.util.Arrays.copyOfRange(all, at, Math.addExact(at, widths[f]));
        at += widths[f];
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new ModelFormatException(name(), "the sizes of its embedding tables are damaged", e);
    }
    if (at != all.length) {
      throw new ModelFormatException(name(), "keeps " + all.length + " columns, its fields account for " + at);
    }
  }

  /**
   * Opens a model file.
   *
   * @throws ModelFormatException when it is damaged, newer than this build, or no model
   */
  public static ModelFile open(Path path) {
    return open(path, KIND);
  }

  /** Opens a file of another kind with the layout of a model file, such as a checkpoint. */
  public static ModelFile open(Path path, String kind) {
    TensorFileReader reader = TensorFileReader.open(path, kind);
    try {
      return new ModelFile(reader);
    } catch (RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  /** Name for messages. */
  public String name() {
    return reader.path().toString();
  }

  /** The vocabularies. */
  public Encoder encoder() {
    return encoder;
  }

  /** What the model computes. */
  public Program program() {
    return program;
  }

  /** Base dimension D. */
  public int dimension() {
    return dimension;
  }

  /** Rows of each field's table. */
  public int[] rows() {
    return rows.clone();
  }

  /** The base columns each field keeps. */
  public int[][] columns() {
    return columns.clone();
  }

  /** A text the writer put there. */
  public String metadata(String key) {
    return reader.metadata(key);
  }

  /**
   * Reads an F32 array piece by piece.
   *
   * @param size elements it must have
   * @throws ModelFormatException when there is no such array, or it has another size
   */
  public void read(String array, long size, Sink sink) {
    TensorEntry entry = reader.tensor(array);
    if (entry.type() != TensorType.F32 || entry.elements() != size) {
      throw new ModelFormatException(name(), "array " + array + " is " + entry.type() + " with " + entry.elements() + " elements, expected F32 with " + size);
    }
    for (long first = 0; first < size; first += PIECE) {
      float[] values = new float[(int) Math.min(PIECE, size - first)];
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      reader.read(entry, 4 * first, bytes);
      bytes.flip().asFloatBuffer().get(values);
      sink.accept(first, values);
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
