package io.dimsieve.onnx;

import io.dimsieve.exchange.DenseWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights in a file beside the model, for models beyond the 2 GiB that a message can have: each begins at a page, so that
 * runtimes can map it.
 */
final class ExternalData {

  private static final int PAGE = 4096;

  private final String name;
  private final List<DenseWeights.Array> arrays;
  private final Map<String, Long> offsets = new LinkedHashMap<>();

  ExternalData(String name, List<DenseWeights.Array> arrays) {
    this.name = name;
    this.arrays = arrays;
    long at = 0;
    for (DenseWeights.Array array : arrays) {
      offsets.put(array.name(), at);
      at += (array.bytes() + PAGE - 1) / PAGE * PAGE;
    }
  }

  /** File name, without a folder: it lies beside the model. */
  String name() {
    return name;
  }

  long offset(DenseWeights.Array array) {
    return offsets.get(array.name());
  }

  void writeTo(FileChannel channel) throws IOException {
    for (DenseWeights.Array array : arrays) {
      channel.position(offset(array));
      write(array, channel);
    }
  }

  /** Writes the floats of an array, the least significant byte first. */
  static void write(DenseWeights.Array array, WritableByteChannel channel) throws IOException {
    try {
      array.content().copyTo(piece -> {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * piece.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(piece);
        try {
          Protobuf.writeFully(channel, bytes);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
