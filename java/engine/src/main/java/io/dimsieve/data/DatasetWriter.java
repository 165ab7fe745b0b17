package io.dimsieve.data;

import io.dimsieve.encode.Encoder;
import io.dimsieve.file.EncoderTensors;
import io.dimsieve.file.TensorFileWriter;
import io.dimsieve.file.TensorLayout;
import io.dimsieve.file.TensorSink;
import io.dimsieve.file.TensorType;
import java.nio.file.Path;

/** Writes a dataset file whose vocabularies and row counts are known; rows of the three parts come in any order. */
final class DatasetWriter implements AutoCloseable {

  private final TensorFileWriter file;
  private final TensorSink[] sinks = new TensorSink[Part.values().length];

  /**
   * Begins the file.
   *
   * @param rows number of rows of each part
   */
  DatasetWriter(Path out, Encoder encoder, long[] rows, String source, String split) {
    TensorLayout layout = new TensorLayout(Dataset.KIND).metadata("source", source).metadata("split", split);
    EncoderTensors.declare(layout, encoder);
    for (Part part : Part.values()) {
      layout.tensor(part.tensor(), TensorType.I32, rows[part.ordinal()], 1L + encoder.fields());
    }
    file = TensorFileWriter.create(out, layout);
    EncoderTensors.write(file, encoder);
    for (Part part : Part.values()) {
      sinks[part.ordinal()] = file.tensor(part.tensor());
    }
  }

  /** Appends a row: label (0 or 1), then one id a field. */
  void append(Part part, int[] row) {
    sinks[part.ordinal()].append(row);
  }

  void commit() {
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }
}
