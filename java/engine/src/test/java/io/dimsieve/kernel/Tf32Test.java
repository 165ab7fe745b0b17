package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What TF32 needs and does, on the emulated card and the cuBLAS that stands in for the real one in native tests. */
class Tf32Test {

  private static final String CUDA = "dimsieve.cuda.library";
  private static final String CUBLAS = "dimsieve.cublas.library";

  @TempDir private Path folder;

  /** A copy, because a library keeps its cuBLAS for as long as the process lives. */
  @BeforeEach
  void emulate() throws IOException {
    Path emulated = Path.of(System.getProperty("dimsieve.test.cuda.library", ""));
    assumeTrue(Files.isRegularFile(emulated), "no emulated CUDA back end at '" + emulated + "'");
    System.setProperty(CUDA, Files.copy(emulated, folder.resolve("cuda.so")).toString());
    System.setProperty(CUBLAS, emulated.resolveSibling("libdimsieve_stand_in_cublas.so").toString());
  }

  @AfterEach
  void restore() {
    System.clearProperty(CUDA);
    System.clearProperty(CUBLAS);
  }

  private static float product(Backend backend, float a, float b) {
    try (Arena arena = new Arena(backend)) {
      Tensor left = Tensor.floats(backend, arena, 1, 1);
      Tensor right = Tensor.floats(backend, arena, 1, 1);
      Tensor out = Tensor.floats(backend, arena, 1, 1);
      left.set(0, new float[] {a});
      right.set(0, new float[] {b});
      Status.check(
          "matmul",
          Native.ds_matmul(backend.handle(), backend.stream(), 0, 0, 1, 1, 1, left.address(), 1, right.address(), 1, 0, out.address(), 1));
      return out.toArray()[0];
    }
  }

  @Test
  void factorsAreRoundedWhereItWasAskedFor() {
    float a = 1 + 0x1p-11f;
    try (Backend exact = Backend.open(Device.CUDA, 1, null);
        Backend rounding = Backend.open(Device.CUDA, 1, null, true);
        Backend another = rounding.sibling(1)) {
      assertEquals(1 + 0x1p-10f, product(rounding, a, 1));
      assertEquals(1 + 0x1p-10f, product(another, a, 1));
      assertEquals(a, product(exact, a, 1));
      assertTrue(rounding.description().endsWith("libdimsieve_stand_in_cublas.so in TF32"), rounding.description());
      assertFalse(exact.description().contains("TF32"), exact.description());
      assertEquals("libdimsieve_stand_in_cublas.so", Backend.cublas());
    }
  }

  @Test
  void withoutCublasItIsRefused() {
    System.setProperty(CUBLAS, "/nonexistent/libcublas.so");
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Backend.open(Device.CUDA, 1, null, true));
    assertTrue(e.getMessage().startsWith("TF32 cannot be had: it is cuBLAS's: "), e.getMessage());
    assertTrue(e.getMessage().contains("/nonexistent/libcublas.so"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
    ConfigurationException none = assertThrows(ConfigurationException.class, Backend::cublas);
    assertTrue(none.getMessage().contains("/nonexistent/libcublas.so"), none.getMessage());
  }
}
