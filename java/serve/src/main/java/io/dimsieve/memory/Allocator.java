package io.dimsieve.memory;

/** Source of memory on one device. */
public interface Allocator {

  /**
   * Allocates zero-filled memory aligned to {@link Block#ALIGNMENT} bytes.
   *
   * @param bytes size, at least 0; 0 gives a block that has an address but no content
   * @throws io.dimsieve.NativeException when the device has no memory left
   */
  Block allocate(long bytes);
}
