package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import org.junit.jupiter.api.Test;

class TensorTest {

  private static final float[] NONE = {};

  @Test
  void shapesGiveSizes() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      for (Tensor.Type type : Tensor.Type.values()) {
        Tensor tensor = Tensor.allocate(backend, arena, type, 3, 5);
        assertEquals(15, tensor.size());
        assertEquals(15L * type.bytes(), tensor.bytes());
      }
      assertEquals(0, Tensor.floats(backend, arena, 0, 7).size());
      assertThrows(ArithmeticException.class, () -> Tensor.floats(backend, arena, 1L << 40, 1L << 40));
    }
  }

  @Test
  void newTensorsAreZeroAndRangesAreWrittenInPlace() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      Tensor tensor = Tensor.floats(backend, arena, 2, 3);
      assertArrayEquals(new float[6], tensor.toArray());
      tensor.set(2, new float[] {1, -2, Float.NaN});
      tensor.set(6, NONE);
      assertArrayEquals(new float[] {0, 0, 1, -2, Float.NaN, 0}, tensor.toArray());
      assertArrayEquals(new float[] {1, -2}, tensor.get(2, 2));
      assertArrayEquals(NONE, tensor.get(6, 0));
    }
  }

  @Test
  void rangesOutsideAndForeignTypesAreRefused() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      Tensor tensor = Tensor.floats(backend, arena, 2, 3);
      assertThrows(IndexOutOfBoundsException.class, () -> tensor.set(4, new float[3]));
      assertThrows(IndexOutOfBoundsException.class, () -> tensor.set(-1, new float[1]));
      assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(7, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(Long.MAX_VALUE, 1));
      Tensor ids = Tensor.of(backend, arena, 1, 2, 3);
      assertThrows(IndexOutOfBoundsException.class, () -> ids.get(0, 1));
    }
  }

  @Test
  void integersKeepTheirBits() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend);
        Block host = HostAllocator.INSTANCE.allocate(16)) {
      Tensor ints = Tensor.of(backend, arena, Integer.MIN_VALUE, 7);
      assertEquals(Tensor.Type.I32, ints.type());
      backend.copyOut(host.address(), ints.address(), ints.bytes());
      assertEquals(Integer.MIN_VALUE, host.view().getInt(0));
      assertEquals(7, host.view().getInt(4));
      Tensor longs = Tensor.of(backend, arena, 1L, 2L);
      longs.set(Long.MAX_VALUE, -1);
      backend.copyOut(host.address(), longs.address(), longs.bytes());
      assertEquals(Long.MAX_VALUE, host.view().getLong(0));
      assertEquals(-1, host.view().getLong(8));
    }
  }
}
