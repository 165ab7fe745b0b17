package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TensorEntryTest {

  @Test
  void countsBytesAndElements() {
    assertEquals(4, TensorEntry.bytes(TensorType.F32, List.of()));
    assertEquals(0, TensorEntry.bytes(TensorType.F64, List.of(0L, 1L << 50)));
    assertEquals(6_000_000_000_000L, TensorEntry.bytes(TensorType.I64, List.of(250_000_000_000L, 3L)));
    assertThrows(ArithmeticException.class, () -> TensorEntry.bytes(TensorType.I64, List.of(1L << 40, 1L << 40)));
    assertEquals(5, new TensorEntry("a", TensorType.I32, List.of(5L), 0, 20).elements());
  }
}
