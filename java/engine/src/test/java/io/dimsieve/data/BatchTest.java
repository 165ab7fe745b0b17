package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.memory.HostAllocator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class BatchTest {

  @Test
  void layoutIsWhatKernelsExpect() {
    UnsafeBuffer row = new UnsafeBuffer(new byte[16]);
    try (Batch batch = new Batch(2, 3, HostAllocator.INSTANCE)) {
      for (int i = 0; i < 2; i++) {
        for (int column = 0; column < 4; column++) {
          row.putInt(column * 4, column == 0 ? i : 10 * i + column);
        }
        batch.append(row, 0);
      }
      assertEquals(2, batch.size());
      UnsafeBuffer ids = new UnsafeBuffer(batch.ids(), 24);
      UnsafeBuffer labels = new UnsafeBuffer(batch.labels(), 8);
      for (int i = 0; i < 6; i++) {
        assertEquals(10 * (i / 3) + i % 3 + 1, ids.getInt(i * 4));
        assertEquals(ids.getInt(i * 4), batch.id(i / 3, i % 3));
      }
      assertEquals(0f, labels.getFloat(0));
      assertEquals(1f, labels.getFloat(4));
      assertEquals(1f, batch.label(1));
    }
  }
}
