package io.dimsieve.data;

import io.dimsieve.ConfigurationException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Blocks of numbers on disk, in a file that has no name and ends with the process or {@link #close}: written once, then read as
 * often as wanted. A block is its input and rows (I32), times (I64), and its columns one after the other (I32), in native order.
 */
final class NumberFile implements AutoCloseable {

  private static final int HEADER = 2 * Integer.BYTES;

  private final Path target;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private long position;

  private NumberFile(Path target, FileChannel channel, int bytes) {
    this.target = target;
    this.channel = channel;
    this.buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** A file beside another that is to be written, for blocks of at most so many rows. */
  static NumberFile beside(Path target, int fields, int capacity) {
    try {
      Path file = Files.createTempFile(target.toAbsolutePath().getParent(), "." + target.getFileName() + ".", ".rows");
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
      return new NumberFile(target, channel, HEADER + capacity * (Long.BYTES + Integer.BYTES * (1 + fields)));
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Appends the rows of a block. */
  void write(NumberBlock block) {
    buffer.clear().putInt(block.input).putInt(block.rows);
    buffer.asLongBuffer().put(block.times, 0, block.rows);
    buffer.position(HEADER + Long.BYTES * block.rows);
    for (int[] column : block.columns) {
      buffer.asIntBuffer().put(column, 0, block.rows);
      buffer.position(buffer.position() + Integer.BYTES * block.rows);
    }
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        position += channel.write(buffer, position);
      }
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Goes back to the first block. */
  void rewind() {
    position = 0;
  }

  /** Reads the block that follows; false when there is none. */
  boolean read(NumberBlock block) {
    if (!read(HEADER)) {
      return false;
    }
    block.input = buffer.getInt();
    block.rows = buffer.getInt();
    if (!read(block.rows * (Long.BYTES + Integer.BYTES * block.columns.length))) {
      throw failure(target, new EOFException("temporary rows end within a block"));
    }
    buffer.asLongBuffer().get(block.times, 0, block.rows);
    buffer.position(Long.BYTES * block.rows);
    for (int[] column : block.columns) {
      buffer.asIntBuffer().get(column, 0, block.rows);
      buffer.position(buffer.position() + Integer.BYTES * block.rows);
    }
    return true;
  }

  private boolean read(int bytes) {
    buffer.clear().limit(bytes);
    try {
      while (buffer.hasRemaining()) {
        int count = channel.read(buffer, position);
        if (count < 0) {
          return false;
        }
        position += count;
      }
    } catch (IOException e) {
      throw failure(target, e);
    }
    buffer.flip();
    return true;
  }

  private static ConfigurationException failure(Path target, IOException e) {
    return new ConfigurationException(target + ": cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(target, e);
    }
  }
}
