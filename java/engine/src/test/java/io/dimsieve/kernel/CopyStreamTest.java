package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(CudaOrEmulation.class)
class CopyStreamTest {

  private static final int BATCHES = 40;

  /** Batches through one staging area, without a wait of the host: each is added to a sum exactly once. */
  @ParameterizedTest
  @EnumSource(names = {"CPU", "CUDA"})
  void copiesAndComputationTakeTurns(Device device) {
    try (Backend backend = Backend.open(device, 1, null);
        Arena arena = new Arena(backend);
        CopyStream copies = new CopyStream(backend);
        Block host = backend.pinned().allocate(8L * BATCHES)) {
      Tensor staging = Tensor.floats(backend, arena, 1, 2);
      Tensor batch = Tensor.floats(backend, arena, 1, 2);
      Tensor sum = Tensor.floats(backend, arena, 1, 2);
      for (int b = 0; b < BATCHES; b++) {
        host.view().putFloat(8 * b, b);
        host.view().putFloat(8 * b + 4, 1);
        copies.copyIn(staging.address(), host.address() + 8L * b, 8);
        copies.beforeCompute();
        backend.copyIn(batch.address(), staging.address(), 8);
        copies.afterCompute();
        Status.check("add", Native.ds_add(backend.handle(), backend.stream(), sum.address(), batch.address(), sum.address(), 2));
      }
      assertArrayEquals(new float[] {BATCHES * (BATCHES - 1) / 2, BATCHES}, sum.toArray());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CPU", "CUDA"})
  void useAfterCloseIsRefused(Device device) {
    try (Backend backend = Backend.open(device, 1, null);
        Block memory = backend.allocate(8);
        Block host = backend.pinned().allocate(8)) {
      assertEquals(0, host.address() % Block.ALIGNMENT);
      assertEquals(0, host.view().getLong(0));
      CopyStream copies = new CopyStream(backend);
      copies.close();
      copies.close();
      assertThrows(IllegalStateException.class, () -> copies.copyIn(memory.address(), host.address(), 8));
      assertThrows(IllegalStateException.class, copies::beforeCompute);
      assertThrows(IllegalStateException.class, copies::afterCompute);
    }
  }
}
