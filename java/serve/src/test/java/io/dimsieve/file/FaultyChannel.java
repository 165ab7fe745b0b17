package io.dimsieve.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file of {@link FaultyFiles}; a failing write leaves half of its bytes behind. */
final class FaultyChannel extends FileChannel {

  private final FaultyFiles files;
  private final Path path;
  private final FileChannel real;

  FaultyChannel(FaultyFiles files, Path path, FileChannel real) {
    this.files = files;
    this.path = path;
    this.real = real;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int written = write(source, real.position());
    real.position(real.position() + written);
    return written;
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    files.unsynced().add(path);
    if (files.fails()) {
      real.write(source.slice(source.position(), source.remaining() / 2), position);
      throw new IOException("No space left on device");
    }
    return real.write(source, position);
  }

  @Override
  public void force(boolean metadata) throws IOException {
    files.operation();
    real.force(metadata);
    files.unsynced().remove(path);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return real.read(target);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return real.read(target, position);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
