package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendTest {

  private static String refusal(Device device, int threads, String isa) {
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Backend.open(device, threads, isa).close());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    assertFalse(e.getMessage().isBlank());
    return e.getMessage();
  }

  @ParameterizedTest
  @ValueSource(strings = {"avx9000", "", "AVX2 ", "neon"})
  void unknownInstructionSetIsRefusedByName(String isa) {
    String message = refusal(Device.CPU, 1, isa);
    assertTrue(message.contains("cpu") && message.contains(isa), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1025, Integer.MIN_VALUE})
  void threadsOutOfRangeAreRefused(int threads) {
    assertEquals("threads must be 1 to 1024, not " + threads, refusal(Device.CPU, threads, null));
  }

  @Test
  void tf32IsRefusedOnTheCpu() {
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Backend.open(Device.CPU, 1, null, true));
    assertEquals("TF32 is of cuda: device cpu multiplies in float32", e.getMessage());
    try (Backend backend = Backend.open(Device.AUTO, 1, null, true)) {
      assertSame(Device.CUDA, backend.device());
    } catch (ConfigurationException noCard) {
      assertTrue(noCard.getMessage().startsWith(e.getMessage() + "; the CPU because "), noCard.getMessage());
    }
  }

  /** Where there is a card the device opens; where there is none it is refused in one line and never replaced by the CPU. */
  @Test
  void cudaIsCudaOrAnError() {
    try (Backend backend = Backend.open(Device.CUDA, 1, null)) {
      assertSame(Device.CUDA, backend.device());
    } catch (ConfigurationException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().contains("cuda"), e.getMessage());
    }
  }

  @Test
  void autoSaysWhatItChose() {
    try (Backend backend = Backend.open(Device.AUTO, 1, null)) {
      assertTrue(backend.device() != Device.AUTO);
      assertFalse(backend.description().isBlank());
    }
  }

  @Test
  void descriptionTellsInstructionSetAndThreads() {
    try (Backend backend = Backend.open(Device.CPU, 3, "baseline")) {
      assertEquals(3, backend.threads());
      assertTrue(backend.description().contains("baseline") && backend.description().contains("3 threads"), backend.description());
    }
  }

  @Test
  void memoryIsAlignedZeroAndCopiesBothWays() {
    try (Backend backend = Backend.cpu(1);
        Block there = backend.allocate(1000);
        Block here = HostAllocator.INSTANCE.allocate(1000)) {
      assertEquals(0, there.address() % Block.ALIGNMENT);
      here.view().setMemory(0, 1000, (byte) 1);
      backend.copyOut(here.address(), there.address(), 1000);
      for (int i = 0; i < 1000; i++) {
        assertEquals(0, here.view().getByte(i));
      }
      here.view().putLong(992, 42);
      backend.copyIn(there.address(), here.address(), 1000);
      here.view().putLong(992, 0);
      backend.copyOut(here.address(), there.address(), 1000);
      assertEquals(42, here.view().getLong(992));
    }
  }

  @Test
  void useAfterCloseIsRefusedAndBlocksOutliveTheBackend() {
    Backend backend = Backend.cpu(2);
    Block block = backend.allocate(64);
    backend.close();
    backend.close();
    assertThrows(IllegalStateException.class, backend::stream);
    assertThrows(IllegalStateException.class, backend::synchronize);
    assertThrows(IllegalStateException.class, () -> backend.copyIn(block.address(), block.address(), 8));
    assertDoesNotThrow(block::close);
  }
}
