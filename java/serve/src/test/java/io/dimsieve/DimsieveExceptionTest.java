package io.dimsieve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DimsieveExceptionTest {

  @Test
  void messagesNameThePlaceAndEveryKindHasItsExitCode() {
    List<DimsieveException> all = List.of(
        new ConfigurationException("threads must be 1 to 1024, not 0"),
        new DataException("a.csv", 3, 2, "no number: 'x'"),
        new ModelFormatException("m.dim", "is damaged"),
        new NativeException("matmul", 1, "invalid arguments"),
        new TrainingDivergedException(7, "the loss", Double.NaN));
    assertEquals(List.of(2, 3, 4, 5, 6), all.stream().map(DimsieveException::exitCode).toList());
    assertEquals(
        List.of(
            "threads must be 1 to 1024, not 0", "a.csv:3:2: no number: 'x'", "m.dim: is damaged",
            "matmul: invalid arguments (status 1)", "training diverged at step 7: the loss is NaN"),
        all.stream().map(Throwable::getMessage).toList());
    assertEquals("a.csv:3: short", new DataException("a.csv", 3, 0, "short").getMessage());
  }
}
