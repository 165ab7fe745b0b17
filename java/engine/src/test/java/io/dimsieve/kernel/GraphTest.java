package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(CudaOrEmulation.class)
class GraphTest {

  @ParameterizedTest
  @EnumSource(value = Device.class, names = {"CPU", "CUDA"})
  void recordedCallsAreDoneAtEveryLaunch(Device device) {
    try (Backend backend = Backend.open(device, 1, null);
        Arena arena = new Arena(backend)) {
      Tensor a = Tensor.floats(backend, arena, 1, 3);
      Tensor b = Tensor.floats(backend, arena, 1, 3);
      Tensor sum = Tensor.floats(backend, arena, 1, 3);
      Runnable add = () -> Status.check(
          "add", Native.ds_add(backend.handle(), backend.stream(), a.address(), b.address(), sum.address(), 3));
      b.set(0, new float[] {10, 20, 30});
      try (Graph graph = Graph.record(backend, add)) {
        assertArrayEquals(new float[3], sum.toArray());
        for (float first : new float[] {1, 2}) {
          a.set(0, new float[] {first, 0, 0});
          graph.launch();
          assertArrayEquals(new float[] {10 + first, 20, 30}, sum.toArray());
        }
      }
      assertThrows(IllegalStateException.class, () -> Graph.record(backend, () -> {
        throw new IllegalStateException("a call failed");
      }));
      add.run();
      assertArrayEquals(new float[] {12, 20, 30}, sum.toArray());
    }
  }
}
