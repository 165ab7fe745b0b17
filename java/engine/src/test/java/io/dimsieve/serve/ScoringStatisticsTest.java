package io.dimsieve.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dimsieve.NativeException;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoringStatisticsTest {

  private static final int CALLS = 1_000_000;
  private static final int WARM_UP = 100_000;

  @TempDir private Path folder;

  @Test
  void countsRowsErrorsAndUnknownValues() {
    ScoringStatistics statistics = new ScoringStatistics();
    assertEquals(0, statistics.snapshot().modelVersion());
    try (ScoringModel model = ScoringModel.open(ServedModels.write(folder, "fm", 1));
        Scorer scorer = model.scorer(3);
        Scorer silent = model.scorer(1)) {
      scorer.attach(statistics);
      float[] out = new float[3];
      scorer.score(new int[] {0, 5, 1, 0, 3, 5, 1, 0, 3, 5, 1, 7}, 3, out);
      scorer.score(ServedModels.ROW, 1, out);
      silent.score(new int[4], 1, out);
      scorer.score(new int[0], 0, out);
      assertThrows(NativeException.class, () -> scorer.score(new int[] {0, 10_000, 0, 0}, 1, out));
      assertThrows(IllegalStateException.class, () -> scorer.attach(statistics));
      ScoringStatistics.Snapshot seen = statistics.snapshot();
      assertEquals(4, seen.calls());
      assertEquals(4, seen.rows());
      assertEquals(1, seen.errors());
      assertEquals(1, seen.modelVersion());
      assertEquals(Map.of("f00", 1L, "f01", 0L, "f02", 0L, "f03", 2L), seen.unknown());
      assertEquals(List.of("f00", "f01", "f02", "f03"), List.copyOf(seen.unknown().keySet()));
      assertEquals(3, seen.latencies().getTotalCount());
      assertTrue(seen.nanoseconds() >= seen.latencies().getMinValue() && seen.latencies().getMaxValue() <= 1.01 * seen.nanoseconds());
    }
    assertEquals(4, statistics.snapshot().rows(), "what a closed scorer counted stays");
    assertEquals(3, statistics.snapshot().latencies().getTotalCount());
  }

  @Test
  void everyCallOfEveryThreadIsInTheSumsWhateverIsRead() throws InterruptedException, ExecutionException {
    int threads = 4;
    int calls = 20_000;
    ScoringStatistics statistics = new ScoringStatistics();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      ModelSlot slot = new ModelSlot(ScoringModel.open(ServedModels.write(folder, "fm", 1)));
      Path second = ServedModels.write(folder, "lr", 2);
      List<Future<?>> ends = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        ends.add(pool.submit(() -> {
          try (ModelSlot.Reader reader = slot.reader(1, statistics)) {
            for (int i = 0; i < calls; i++) {
              ServedModels.score(reader.acquire());
              reader.release();
            }
          }
        }));
      }
      long before = 0;
      for (int i = 0; i < 50; i++) {
        ScoringStatistics.Snapshot seen = statistics.snapshot();
        assertTrue(seen.rows() >= before && seen.rows() <= (long) threads * calls);
        before = seen.rows();
        if (i % 10 == 9) {
          slot.swap(ScoringModel.open(second));
        }
      }
      for (Future<?> end : ends) {
        end.get();
      }
      try (ModelSlot.Reader reader = slot.reader(1, statistics)) {
        ServedModels.score(reader.acquire());
        assertEquals(6, reader.version());
        reader.release();
      }
      slot.close();
      ScoringStatistics.Snapshot seen = statistics.snapshot();
      assertEquals((long) threads * calls + 1, seen.rows());
      assertEquals(seen.rows(), seen.calls());
      assertEquals(seen.rows(), seen.latencies().getTotalCount());
      assertEquals(6, seen.modelVersion());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void recordingAllocatesNothing() {
    ScoringStatistics statistics = new ScoringStatistics();
    try (ScoringModel model = ScoringModel.open(ServedModels.write(folder, "fm", 1));
        Scorer scorer = model.scorer(1);
        Block ids = HostAllocator.INSTANCE.allocate(16);
        Block out = HostAllocator.INSTANCE.allocate(4)) {
      scorer.attach(statistics);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long id = Thread.currentThread().getId();
      for (int i = 0; i < WARM_UP; i++) {
        scorer.score(ids.address(), 1, out.address());
      }
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < CALLS; i++) {
        scorer.score(ids.address(), 1, out.address());
      }
      assertEquals(0, threads.getThreadAllocatedBytes(id) - before, 1000, "bytes allocated by a million calls");
      assertEquals(CALLS + WARM_UP, statistics.snapshot().calls());
    }
  }

  @Test
  void callsAreEventsWhereARecordingAsks() throws IOException {
    Path file = folder.resolve("calls.jfr");
    try (ScoringModel model = ScoringModel.open(ServedModels.write(folder, "fm", 1));
        ModelSlot slot = new ModelSlot(model);
        ModelSlot.Reader reader = slot.reader(2, new ScoringStatistics());
        Recording recording = new Recording()) {
      Scorer scorer = reader.acquire();
      recording.start();
      ServedModels.score(scorer);
      recording.enable("io.dimsieve.Score");
      scorer.score(new int[8], 2, new float[2]);
      scorer.score(ServedModels.ROW, 1, new float[1]);
      assertThrows(NativeException.class, () -> scorer.score(new int[] {0, 10_000, 0, 0}, 1, new float[1]));
      recording.disable("io.dimsieve.Score");
      ServedModels.score(scorer);
      reader.release();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().equals("io.dimsieve.Score")).toList();
    assertEquals(List.of(2, 1, 1), events.stream().map(event -> event.getInt("rows")).toList());
    assertEquals(List.of(false, false, true), events.stream().map(event -> event.getBoolean("failed")).toList());
    assertTrue(events.stream().allMatch(event -> event.getLong("modelVersion") == 1));
    assertFalse(events.stream().anyMatch(event -> event.getDuration().isZero()));
  }
}
