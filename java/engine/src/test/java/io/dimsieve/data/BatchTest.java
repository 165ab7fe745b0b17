package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.memory.HostAllocator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class BatchTest {

  @Test
  void layoutIsWhatKernelsExpect() {
    UnsafeBuffer rows = new UnsafeBuffer(new byte[4 * 16]);
    int[] visit = {3, 2, 0};
    try (Batch batch = new Batch(2, 3, HostAllocator.INSTANCE)) {
      for (int i = 0; i < 2; i++) {
        for (int column = 0; column < 4; column++) {
          rows.putInt(visit[i + 1] * 16 + column * 4, column == 0 ? i : 10 * i + column);
        }
      }
      batch.append(rows, visit, 1, 1);
      batch.append(rows, visit, 2, 1);
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
      batch.clear();
      batch.append(rows, visit, 1, 2);
      assertEquals(2, batch.size());
      assertEquals(12, batch.id(1, 1));
      assertEquals(1f, batch.label(1));
    }
  }
}
