package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void doesEveryTaskOfEveryRoundOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int tasks : new int[] {0, 1, 2, 100}) {
        AtomicIntegerArray done = new AtomicIntegerArray(tasks);
        workers.run(tasks, done::incrementAndGet);
        for (int i = 0; i < tasks; i++) {
          assertEquals(1, done.get(i), "task " + i + " of " + tasks);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void throwsWhatTheFirstTaskThrewAfterAllAreDone(int threads) {
    try (Workers workers = new Workers(threads)) {
      RuntimeException[] failures = {new IllegalStateException("3"), new IllegalStateException("7")};
      AtomicIntegerArray done = new AtomicIntegerArray(10);
      assertSame(failures[0], assertThrows(IllegalStateException.class, () -> workers.run(10, i -> {
        done.set(i, 1);
        if (i == 3 || i == 7) {
          throw failures[i / 7];
        }
      })));
      for (int i = 0; i < 10; i++) {
        assertEquals(1, done.get(i));
      }
      assertThrows(AssertionError.class, () -> workers.run(2, i -> {
        throw new AssertionError(i);
      }));
      int[] sum = {0};
      workers.run(1, i -> sum[0]++);
      assertEquals(1, sum[0], "goes on after a failure");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anInterruptionIsKept(int threads) {
    try (Workers workers = new Workers(threads)) {
      Thread.currentThread().interrupt();
      workers.run(50, i -> {});
      assertTrue(Thread.interrupted());
    }
  }
}
