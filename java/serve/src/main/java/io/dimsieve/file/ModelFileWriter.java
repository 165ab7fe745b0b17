package io.dimsieve.file;

import io.dimsieve.encode.Encoder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Writes a model file: declare everything, then fill the arrays; it appears complete or not at all. */
public final class ModelFileWriter {

  /** Supplies elements of an F32 array. */
  @FunctionalInterface
  public interface Source {
    float[] read(long firstElement, int length);
  }

  private record Array(long rows, long columns, Source source) {}

  private record Bytes(long size, Consumer<Consumer<byte[]>> content) {}

  private static final int PIECE = 1 << 20;

  private final String kind;
  private final Encoder encoder;
  private final int dimension;
  private final int[][] columns;
  private final Program program;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Array> arrays = new LinkedHashMap<>();
  private final Map<String, Bytes> bytes = new LinkedHashMap<>();

  /**
   * A model to be written.
   *
   * @param kind "model", or "checkpoint" for a model in training
   * @param columns for each field the base columns it keeps
   */
  public ModelFileWriter(String kind, Encoder encoder, int dimension, int[][] columns, Program program) {
    this.kind = kind;
    this.encoder = encoder;
    this.dimension = dimension;
    this.columns = columns;
    this.program = program;
  }

  public ModelFileWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds an F32 array [rows, columns]. */
  public ModelFileWriter array(String name, long rows, long columnCount, Source source) {
    arrays.put(name, new Array(rows, columnCount, source));
    return this;
  }

  /**
   * Adds a U8 array.
   *
   * @param content hands over all bytes, piece after piece
   */
  public ModelFileWriter bytes(String name, long size, Consumer<Consumer<byte[]>> content) {
    bytes.put(name, new Bytes(size, content));
    return this;
  }

  /**
   * Writes the file.
   *
   * @throws io.dimsieve.ConfigurationException when it cannot be written; an old file stays as it was
   */
  public void write(Path path) {
    int[] all = Arrays.stream(columns).flatMapToInt(Arrays::stream).toArray();
    TensorLayout layout = new TensorLayout(kind);
    EncoderTensors.declare(layout, encoder);
    layout.metadata(ModelFile.PROGRAM, program.toJson()).metadata(ModelFile.DIMENSION, Integer.toString(dimension));
    metadata.forEach(layout::metadata);
    layout.tensor(ModelFile.ROWS, TensorType.I32, encoder.fields());
    layout.tensor(ModelFile.WIDTHS, TensorType.I32, encoder.fields());
    layout.tensor(ModelFile.COLUMNS, TensorType.I32, all.length);
    arrays.forEach((name, array) -> layout.tensor(name, TensorType.F32, array.rows, array.columns));
    bytes.forEach((name, array) -> layout.tensor(name, TensorType.U8, array.size));
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      EncoderTensors.write(writer, encoder);
      writer.tensor(ModelFile.ROWS).append(encoder.rows());
      writer.tensor(ModelFile.WIDTHS).append(Arrays.stream(columns).mapToInt(kept -> kept.length).toArray());
      writer.tensor(ModelFile.COLUMNS).append(all);
      arrays.forEach((name, array) -> {
        long size = array.rows * array.columns;
        for (long first = 0; first < size; first += PIECE) {
          writer.tensor(name).append(array.source.read(first, (int) Math.min(PIECE, size - first)));
        }
      });
      bytes.forEach((name, array) -> array.content.accept(writer.tensor(name)::append));
      writer.commit();
    }
  }
}
