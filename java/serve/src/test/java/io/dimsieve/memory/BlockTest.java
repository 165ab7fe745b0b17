package io.dimsieve.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockTest {

  @Test
  void releasesOnceWithItsAddressAndSize() {
    List<String> released = new ArrayList<>();
    Block block = new Block(4096, 128, (address, bytes) -> released.add(address + "+" + bytes));
    assertEquals(4096, block.address());
    assertEquals(128, block.bytes());
    block.close();
    block.close();
    assertEquals(List.of("4096+128"), released);
  }

  @Test
  void useAfterCloseIsRefused() {
    Block block = HostAllocator.INSTANCE.allocate(64);
    block.close();
    assertThrows(IllegalStateException.class, block::address);
    assertThrows(IllegalStateException.class, block::view);
    assertThrows(IllegalStateException.class, () -> block.view(0, 8));
  }

  @Test
  void windowsShareMemoryAndKeepTheirBounds() {
    try (Block block = HostAllocator.INSTANCE.allocate(100)) {
      block.view(60, 8).putLong(0, 0x1122334455667788L);
      assertEquals(0x1122334455667788L, block.view().getLong(60));
      assertEquals((byte) 0x88, block.view().getByte(60), "little-endian");
      assertEquals(0, block.view(100, 0).capacity());
      for (int[] window : new int[][] {{-1, 4}, {0, -1}, {97, 4}, {0, 101}, {101, 0}}) {
        assertThrows(IndexOutOfBoundsException.class, () -> block.view(window[0], window[1]));
      }
      assertThrows(IndexOutOfBoundsException.class, () -> block.view(Long.MAX_VALUE, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> block.view(0, 8).getLong(1));
    }
  }
}
