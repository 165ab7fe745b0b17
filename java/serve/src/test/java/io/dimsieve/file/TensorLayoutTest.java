package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TensorLayoutTest {

  @Test
  void declaredTensorsBeginAligned() {
    TensorLayout layout = new TensorLayout("model");
    for (int i = 0; i < 200; i++) {
      layout.tensor("t" + i, TensorType.values()[i % 6], i, 3);
    }
    List<TensorEntry> entries = layout.complete();
    long end = 0;
    for (TensorEntry entry : entries) {
      assertEquals(end, entry.begin());
      if (!entry.name().startsWith("dimsieve.pad.")) {
        assertEquals(0, entry.begin() % 64, entry.name());
      }
      end = entry.end();
    }
    assertEquals(List.of((long) entries.size()), entries.get(entries.size() - 1).shape());
    assertEquals(0, layout.header().length % 64);
  }

  @Test
  void mistakesAreRefused() {
    TensorLayout layout = new TensorLayout("model").metadata("a", "1").tensor("a", TensorType.U8, 1);
    assertThrows(IllegalArgumentException.class, () -> layout.metadata("a", "2"));
    assertThrows(IllegalArgumentException.class, () -> layout.metadata("kind", "2"));
    assertThrows(IllegalArgumentException.class, () -> layout.tensor("a", TensorType.U8, 1));
    assertThrows(IllegalArgumentException.class, () -> layout.tensor("", TensorType.U8, 1));
    assertThrows(IllegalArgumentException.class, () -> layout.tensor("dimsieve.pad.0", TensorType.U8, 1));
    assertThrows(IllegalArgumentException.class, () -> layout.tensor("__metadata__", TensorType.U8, 1));
    assertThrows(ArithmeticException.class, () -> layout.tensor("b", TensorType.U8, -1));
    assertThrows(ArithmeticException.class, () -> layout.tensor("c", TensorType.I64, 1L << 60));
  }
}
