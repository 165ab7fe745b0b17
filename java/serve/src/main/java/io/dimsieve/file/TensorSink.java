package io.dimsieve.file;

import io.dimsieve.memory.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Appends the content of one tensor, first byte to last; several sinks of a file may be filled in turns. Holds one buffer of 256
 * KiB (less for a smaller tensor) from its first byte until its last.
 */
public final class TensorSink {

  private static final int BUFFER_BYTES = 1 << 18;

  private final Path target;
  private final FileChannel channel;
  private final TensorEntry entry;
  private final CRC32C checksum = new CRC32C();
  private long position;
  private long written;
  private ByteBuffer buffer;

  TensorSink(Path target, FileChannel channel, TensorEntry entry, long dataStart) {
    this.target = target;
    this.channel = channel;
    this.entry = entry;
    this.position = dataStart + entry.begin();
  }

  /** Appends bytes as they are. */
  public void append(byte[] values) {
    append(values, 0, values.length);
  }

  private void append(byte[] values, int from, int length) {
    for (int i = from; i < from + length; ) {
      ByteBuffer room = room(1);
      int count = Math.min(room.remaining(), from + length - i);
      claim(count);
      room.put(values, i, count);
      i += count;
    }
    settle();
  }

  /** Appends values as little-endian {@code I32} or {@code U32}. */
  public void append(int[] values) {
    append(values, values.length);
  }

  /** Appends the first values of an array, such as a reused row. */
  public void append(int[] values, int length) {
    for (int i = 0; i < length; ) {
      ByteBuffer room = room(Integer.BYTES);
      int count = Math.min(room.remaining() / Integer.BYTES, length - i);
      claim(count * Integer.BYTES);
      room.asIntBuffer().put(values, i, count);
      room.position(room.position() + count * Integer.BYTES);
      i += count;
    }
    settle();
  }

  /** Appends values as little-endian {@code I64}. */
  public void append(long[] values) {
    for (long value : values) {
      claim(Long.BYTES);
      room(Long.BYTES).putLong(value);
    }
    settle();
  }

  /** Appends values as little-endian {@code F32}. */
  public void append(float[] values) {
    for (float value : values) {
      claim(Float.BYTES);
      room(Float.BYTES).putFloat(value);
    }
    settle();
  }

  /** Appends bytes of a host block, which may be longer than 2 GiB. */
  public void append(Block block, long offset, long bytes) {
    byte[] chunk = new byte[(int) Math.min(bytes, BUFFER_BYTES)];
    for (long done = 0; done < bytes; ) {
      int count = (int) Math.min(chunk.length, bytes - done);
      block.view(offset + done, count).getBytes(0, chunk, 0, count);
      append(chunk, 0, count);
      done += count;
    }
  }

  private void claim(int bytes) {
    if (bytes > entry.bytes() - written) {
      throw new IllegalStateException("tensor " + entry.name() + " holds " + entry.bytes() + " bytes; more are appended");
    }
    written += bytes;
  }

  private ByteBuffer room(int bytes) {
    if (buffer == null) {
      int capacity = (int) Math.min(BUFFER_BYTES, Math.max(entry.bytes(), bytes));
      buffer = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    } else if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  /** A complete tensor needs no buffer any more. */
  private void settle() {
    if (written == entry.bytes() && buffer != null) {
      flush();
      buffer = null;
    }
  }

  private void flush() {
    buffer.flip();
    checksum.update(buffer.duplicate());
    try {
      while (buffer.hasRemaining()) {
        position += channel.write(buffer, position);
      }
    } catch (IOException e) {
      throw AtomicFile.failure(target, e);
    }
    buffer.clear();
  }

  /** CRC32C of the complete tensor. */
  int checksum() {
    if (written != entry.bytes()) {
      throw new IllegalStateException("tensor " + entry.name() + " holds " + entry.bytes() + " bytes; "
          + written + " were appended");
    }
    return (int) checksum.getValue();
  }
}
