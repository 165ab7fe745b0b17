package io.dimsieve.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

class HostAllocatorTest {

  @Test
  void blocksAreAlignedAndZero() {
    for (long bytes : new long[] {0, 1, 63, 64, 65, 4097}) {
      try (Block block = HostAllocator.INSTANCE.allocate(bytes)) {
        assertEquals(0, block.address() % Block.ALIGNMENT);
        assertEquals(bytes, block.bytes());
        for (int i = 0; i < bytes; i++) {
          assertEquals(0, block.view().getByte(i));
        }
      }
    }
  }

  @Test
  void sizesItCannotServeAreRefused() {
    for (long bytes : new long[] {-1, Integer.MAX_VALUE, 1L << 40, Long.MIN_VALUE}) {
      assertThrows(ConfigurationException.class, () -> HostAllocator.INSTANCE.allocate(bytes));
    }
  }
}
