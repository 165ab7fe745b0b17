package io.dimsieve.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArenaTest {

  @Test
  void freesEverythingNewestFirst() {
    List<Long> released = new ArrayList<>();
    Arena arena = new Arena(bytes -> new Block(1000 + bytes, bytes, (address, size) -> released.add(size)));
    arena.allocate(1);
    arena.allocate(2);
    Block third = arena.allocate(3);
    assertEquals(6, arena.bytes());
    arena.close();
    assertEquals(List.of(3L, 2L, 1L), released);
    assertEquals(0, arena.bytes());
    assertThrows(IllegalStateException.class, third::address);
    arena.close();
    assertEquals(3, released.size());
  }

  @Test
  void aBlockClosedBeforeIsNotFreedAgain() {
    List<Long> released = new ArrayList<>();
    try (Arena arena = new Arena(bytes -> new Block(64, bytes, (address, size) -> released.add(size)))) {
      arena.allocate(5).close();
    }
    assertEquals(List.of(5L), released);
  }
}
