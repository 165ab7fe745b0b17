package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.NativeException;
import org.junit.jupiter.api.Test;

class StatusTest {

  @Test
  void zeroPasses() {
    assertDoesNotThrow(() -> Status.check("matmul", 0));
  }

  @Test
  void codesBecomeExceptionsWithKernelAndMeaning() {
    NativeException e = assertThrows(NativeException.class, () -> Status.check("matmul", 1));
    assertEquals("matmul", e.kernel());
    assertEquals(1, e.status());
    assertEquals("matmul: invalid arguments (status 1)", e.getMessage());
  }

  @Test
  void codesNobodyKnowsAreToldToo() {
    for (int status : new int[] {-1, 6, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      NativeException e = assertThrows(NativeException.class, () -> Status.check("fm_forward", status));
      assertEquals("fm_forward: unknown failure (status " + status + ")", e.getMessage());
    }
  }
}
