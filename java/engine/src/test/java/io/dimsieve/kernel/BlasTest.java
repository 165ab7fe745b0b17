package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.tensor.Tensor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BlasTest {

  /** [2, 2] · [2, 2]. */
  private static float[] product(Backend backend, float[] a, float[] b) {
    try (Arena arena = new Arena(backend)) {
      Tensor left = Tensor.floats(backend, arena, 2, 2);
      Tensor right = Tensor.floats(backend, arena, 2, 2);
      Tensor out = Tensor.floats(backend, arena, 2, 2);
      left.set(0, a);
      right.set(0, b);
      Status.check(
          "matmul",
          Native.ds_matmul(backend.handle(), backend.stream(), 0, 0, 2, 2, 2, left.address(), 2, right.address(), 2, 0, out.address(), 2));
      return out.toArray();
    }
  }

  @Test
  void aLibraryThatCannotBeBoundLeavesTheOneBefore() {
    try (Backend backend = Backend.cpu(1)) {
      byte[] why = new byte[512];
      assertEquals(Status.NO_BLAS, Native.ds_blas_bind(backend.handle(), "/nonexistent/libblas.so", ByteBuffer.wrap(why), why.length));
      assertArrayEquals(new float[] {19, 22, 43, 50}, product(backend, new float[] {1, 2, 3, 4}, new float[] {5, 6, 7, 8}));
    }
  }
}
