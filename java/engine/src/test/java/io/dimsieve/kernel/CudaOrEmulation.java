package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** While it is open, {@link Device#CUDA} is a card where there is one, otherwise the emulated back end that the native build makes for its own tests. */
public final class CudaOrEmulation implements AutoCloseable {

  private static final String LIBRARY = "dimsieve.cuda.library";

  /** Skips the test where there is neither. */
  public CudaOrEmulation() {
    try {
      Backend.open(Device.CUDA, 1, null).close();
    } catch (RuntimeException noCard) {
      String emulated = System.getProperty("dimsieve.test.cuda.library", "");
      assumeTrue(Files.exists(Path.of(emulated)), "no card, and no emulated CUDA back end at '" + emulated + "'");
      System.setProperty(LIBRARY, emulated);
    }
  }

  @Override
  public void close() {
    System.clearProperty(LIBRARY);
  }
}
