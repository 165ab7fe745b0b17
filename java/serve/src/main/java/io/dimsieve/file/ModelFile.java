package io.dimsieve.file;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.memory.Block;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** First version whose models store their embedding tables packed. */
  private static final int PACKED_VERSION = 2;

  /** Array of the forms of the embedding tables, U8; absent in models without embeddings. */
  public static final String FORMS = "embedding.forms";
  /** Array of the scales of tables of bytes, F32. */
  public static final String SCALES = "embedding.scales";
  /** Metadata: precision of the embedding tables. */
  public static final String PRECISION = "precision";

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

  private ModelFile(TensorFileReader reader, String kind) {
    this.reader = reader;
    if (kind.equals(KIND) && Integer.parseInt(reader.metadata("version")) < PACKED_VERSION) {
      throw new ModelFormatException(name(), "is a model of version " + reader.metadata("version") + ", this build reads " + PACKED_VERSION);
    }
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
        columns[f] = Arrays.copyOfRange(all, at, Math.addExact(at, widths[f]));
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

  /**
   * Opens a model file that is mapped to memory.
   *
   * @param path for messages
   * @param mapping of the whole file; stays the caller's, and open for as long as addresses of arrays are used
   * @param verified whether every byte is compared with its checksum; without, opening takes the same time whatever the size of the file, and a damaged one
   *     may give wrong scores or end the process: only for files whose way here is trusted
   */
  public static ModelFile of(Path path, Block mapping, boolean verified) {
    return new ModelFile(TensorFileReader.of(path, mapping, KIND, verified), KIND);
  }

  /**
   * Where an F32 array is, in bytes from the begin of the file; a multiple of 64.
   *
   * @param size elements it must have
   */
  public long position(String array, long size) {
    return reader.position(floats(array, size));
  }

  /** Where the table of a field is, in bytes from the begin of the file; a multiple of 64. */
  public long tablePosition(int field) {
    return reader.position(reader.tensor(table(field)));
  }

  /** Opens a file of another kind with the layout of a model file, such as a checkpoint. */
  public static ModelFile open(Path path, String kind) {
    TensorFileReader reader = TensorFileReader.open(path, kind);
    try {
      return new ModelFile(reader, kind);
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

  /** Shapes of the F32 arrays by name, in file order; packed embedding tables and their scales are not among them. */
  public Map<String, List<Long>> arrays() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (String name : reader.names()) {
      TensorEntry entry = reader.tensor(name);
      if (entry.type() == TensorType.F32 && !name.equals(SCALES)) {
        shapes.put(name, entry.shape());
      }
    }
    return shapes;
  }

  /**
   * Reads an F32 array piece by piece.
   *
   * @param size elements it must have
   * @throws ModelFormatException when there is no such array, or it has another size
   */
  public void read(String array, long size, Sink sink) {
    read(array, size, 0, size, sink);
  }

  /**
   * Reads a part of an F32 array piece by piece.
   *
   * @param size elements it must have
   * @param from first element of the part
   * @param count elements of the part
   * @throws ModelFormatException when there is no such array, or it has another size
   */
  public void read(String array, long size, long from, long count, Sink sink) {
    TensorEntry entry = floats(array, size);
    for (long first = from; first < from + count; first += PIECE) {
      float[] values = new float[(int) Math.min(PIECE, from + count - first)];
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      reader.read(entry, 4 * first, bytes);
      bytes.flip().asFloatBuffer().get(values);
      sink.accept(first, values);
    }
  }

  private TensorEntry floats(String array, long size) {
    TensorEntry entry = reader.tensor(array);
    if (entry.type() != TensorType.F32 || entry.elements() != size) {
      throw new ModelFormatException(name(), "array " + array + " is " + entry.type() + " with " + entry.elements() + " elements, expected F32 with " + size);
    }
    return entry;
  }

  /** Whether embedding tables are stored packed. */
  public boolean hasTables() {
    return reader.names().contains(FORMS);
  }

  /** Name of the U8 array that holds a field's embedding table. */
  public static String table(int field) {
    return "embedding." + field;
  }

  /** Form of each field's table. */
  public byte[] tableForms() {
    return reader.bytes(reader.tensor(FORMS, TensorType.U8, encoder.fields()));
  }

  /** Scale of each field's table; none when they have none. */
  public float[] tableScales() {
    return reader.names().contains(SCALES) ? reader.floats(reader.tensor(SCALES, TensorType.F32, 1, encoder.fields())) : new float[encoder.fields()];
  }

  /** Bytes of each field's table. */
  public long[] tableBytes() {
    long[] bytes = new long[encoder.fields()];
    Arrays.setAll(bytes, f -> reader.tensor(table(f), TensorType.U8, -1).bytes());
    return bytes;
  }

  /** Fills the rest of a buffer with bytes of a field's table. */
  public void readTable(int field, long offset, ByteBuffer target) {
    reader.read(reader.tensor(table(field)), offset, target);
  }

  @Override
  public void close() {
    reader.close();
  }
}
