package io.dimsieve.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes a tensor file, or a plain safetensors file, of a declared {@link TensorLayout}; the result appears at {@link #commit},
 * atomically. Closing without commit leaves the old file as it was. Errors: {@link io.dimsieve.ConfigurationException} when the
 * file cannot be written.
 */
public final class TensorFileWriter implements AutoCloseable {

  private final AtomicFile file;
  private final byte[] header;
  private final Map<String, TensorSink> sinks = new LinkedHashMap<>();
  /** Null in a plain file. */
  private final TensorSink checksum;

  private TensorFileWriter(AtomicFile file, TensorLayout layout) {
    this.file = file;
    this.header = layout.header();
    for (TensorEntry entry : layout.complete()) {
      TensorSink sink = new TensorSink(file.target(), file.channel(), entry, header.length);
      sinks.put(entry.name(), sink);
      if (entry.name().startsWith(TensorLayout.PAD)) {
        sink.append(new byte[(int) entry.bytes()]);
      }
    }
    checksum = sinks.remove(TensorLayout.CHECKSUM);
  }

  /** Begins a file; the layout must not change afterwards. */
  public static TensorFileWriter create(Path target, TensorLayout layout) {
    AtomicFile file = AtomicFile.create(target);
    try {
      return new TensorFileWriter(file, layout);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Where the content of a declared tensor is appended. */
  public TensorSink tensor(String name) {
    TensorSink sink = sinks.get(name);
    if (sink == null) {
      throw new IllegalArgumentException("tensor " + name + " was not declared");
    }
    return sink;
  }

  /**
   * Adds header and checksums and puts the file in place.
   *
   * @throws IllegalStateException when a tensor is not complete
   */
  public void commit() {
    CRC32C head = new CRC32C();
    head.update(header);
    int[] checksums = new int[sinks.size() + 1];
    checksums[0] = (int) head.getValue();
    int next = 1;
    for (TensorSink sink : sinks.values()) {
      checksums[next++] = sink.checksum();
    }
    if (checksum != null) {
      checksum.append(checksums);
    }
    try {
      ByteBuffer rest = ByteBuffer.wrap(header);
      while (rest.hasRemaining()) {
        file.channel().write(rest, rest.position());
      }
    } catch (IOException e) {
      throw AtomicFile.failure(file.target(), e);
    }
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }
}
