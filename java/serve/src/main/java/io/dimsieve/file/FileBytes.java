package io.dimsieve.file;

import io.dimsieve.memory.Block;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes of a file, read by position: through a channel, or from memory that the file is mapped to. For any number of threads. */
interface FileBytes extends AutoCloseable {

  long size() throws IOException;

  /** Fills the rest of a buffer with the bytes from {@code position} on. */
  void read(ByteBuffer target, long position) throws IOException;

  @Override
  void close() throws IOException;

  /** The bytes behind a channel, which is closed with them. */
  static FileBytes of(FileChannel channel) {
    return new FileBytes() {

      @Override
      public long size() throws IOException {
        return channel.size();
      }

      @Override
      public void read(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
          int count = channel.read(target, at);
          if (count < 0) {
            throw new EOFException("the file became shorter while it was read");
          }
          at += count;
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  /** The bytes of a mapping, which outlives them. */
  static FileBytes of(Block mapping) {
    return new FileBytes() {

      @Override
      public long size() {
        return mapping.bytes();
      }

      @Override
      public void read(ByteBuffer target, long position) {
        mapping.view(position, target.remaining()).getBytes(0, target, target.remaining());
      }

      @Override
      public void close() {}
    };
  }
}
