package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * During each test {@link Device#CUDA} is a card where there is one, otherwise the emulated back end that the native build makes for its own tests; where
 * there is neither, the test is skipped.
 */
public final class CudaOrEmulation implements BeforeEachCallback, AfterEachCallback {

  private static final String LIBRARY = "dimsieve.cuda.library";

  @Override
  public void beforeEach(ExtensionContext context) {
    try {
      Backend.open(Device.CUDA, 1, null).close();
    } catch (RuntimeException noCard) {
      String emulated = System.getProperty("dimsieve.test.cuda.library", "");
      assumeTrue(Files.exists(Path.of(emulated)), "no card, and no emulated CUDA back end at '" + emulated + "'");
      System.setProperty(LIBRARY, emulated);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    System.clearProperty(LIBRARY);
  }
}
