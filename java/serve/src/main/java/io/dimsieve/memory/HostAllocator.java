package io.dimsieve.memory;

import io.dimsieve.ConfigurationException;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/**
 * Staging memory for readers and tests that need no back end: direct buffers, at most 2 GiB a block. Tables and activations come
 * from a back end instead, which may use huge pages.
 */
public final class HostAllocator implements Allocator {

  public static final HostAllocator INSTANCE = new HostAllocator();

  private HostAllocator() {}

  @Override
  public Block allocate(long bytes) {
    if (bytes < 0 || bytes > Integer.MAX_VALUE - Block.ALIGNMENT) {
      throw new ConfigurationException("a staging block holds 0 to 2 GiB, not " + bytes + " bytes");
    }
    ByteBuffer whole = ByteBuffer.allocateDirect((int) bytes + Block.ALIGNMENT);
    long first = BufferUtil.address(whole);
    long aligned = (first + Block.ALIGNMENT - 1) & -Block.ALIGNMENT;
    return new Block(aligned, bytes, (address, size) -> BufferUtil.free(whole));
  }
}
