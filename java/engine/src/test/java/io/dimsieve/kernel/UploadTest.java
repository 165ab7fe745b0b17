package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.tensor.Tensor;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(CudaOrEmulation.class)
class UploadTest {

  /** More turns than slots; each value is added to a sum by the device, which does nothing before it is waited for. */
  @ParameterizedTest
  @EnumSource(names = {"CPU", "CUDA"})
  void everyValueArrivesOnce(Device device) {
    try (Backend backend = Backend.open(device, 1, null);
        Arena arena = new Arena(backend);
        Upload upload = new Upload(backend, 8)) {
      Tensor value = Tensor.floats(backend, arena, 1, 2);
      Tensor sum = Tensor.floats(backend, arena, 1, 2);
      long before = backend.waits();
      for (int turn = 0; turn < 200; turn++) {
        int at = upload.next();
        upload.view().putFloat(at, turn);
        upload.view().putFloat(at + 4, 1);
        upload.to(value.address());
        Status.check("add", Native.ds_add(backend.handle(), backend.stream(), sum.address(), value.address(), sum.address(), 2));
      }
      assertEquals(3, backend.waits() - before);
      assertArrayEquals(new float[] {199 * 100, 200}, sum.toArray());
    }
  }
}
