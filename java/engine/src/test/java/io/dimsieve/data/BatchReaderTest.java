package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.NativeException;
import io.dimsieve.Progress;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchReaderTest {

  private static final int ROWS = 10_007;

  @TempDir private Path directory;
  private Dataset dataset;

  @BeforeEach
  void build() {
    // The ids of row r are r / 101 and r % 101, so that a batch tells which rows it has.
    SyntheticRows shape = new SyntheticRows(1, 1, 1, new int[] {101, 101}, new int[] {1, 1});
    Path path = directory.resolve("set");
    try (Dataset small = shape.write(path, Split.byOrder(1, 0, 0), Progress.NONE);
        DatasetWriter writer = new DatasetWriter(path, small.encoder(), new long[] {ROWS, 0, 3}, "numbered", "none")) {
      for (int row = 0; row < ROWS; row++) {
        writer.append(Part.TRAIN, new int[] {row % 2, row / 101, row % 101});
      }
      for (int row = 0; row < 3; row++) {
        writer.append(Part.TEST, new int[] {row % 2, 0, row});
      }
      writer.commit();
    }
    dataset = Dataset.open(path);
  }

  @AfterEach
  void close() {
    dataset.close();
  }

  @Test
  void eachRowOnceAnEpoch() {
    for (int window : new int[] {1, 2048, 1 << 20}) {
      for (int batchSize : new int[] {1, 7, 1024, 4096, 20_000}) {
        try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, batchSize, 5, true, window, HostAllocator.INSTANCE)) {
          List<Integer> first = epoch(reader, 0);
          List<Integer> second = epoch(reader, 1);
          assertNotEquals(first, second);
          assertEquals(first, epoch(reader, 0));
          Collections.sort(first);
          Collections.sort(second);
          assertEquals(numbers(), first);
          assertEquals(numbers(), second);
        }
      }
    }
  }

  @Test
  void orderDoesNotDependOnTheBatchSize() {
    try (BatchReader one = new BatchReader(dataset, Part.TRAIN, 13, 5, true, 2048, HostAllocator.INSTANCE);
        BatchReader other = new BatchReader(dataset, Part.TRAIN, 5000, 5, true, 2048, HostAllocator.INSTANCE)) {
      assertEquals(epoch(one, 3), epoch(other, 3));
    }
  }

  @Test
  void inOrderKeepsTheFileAndItsParts() {
    try (BatchReader train = BatchReader.inOrder(dataset, Part.TRAIN, 64, HostAllocator.INSTANCE);
        BatchReader none = BatchReader.inOrder(dataset, Part.VALIDATION, 64, HostAllocator.INSTANCE);
        BatchReader test = BatchReader.inOrder(dataset, Part.TEST, 64, HostAllocator.INSTANCE)) {
      assertEquals(numbers(), epoch(train, 0));
      assertEquals(List.of(), epoch(none, 0));
      assertEquals(List.of(0, 1, 2), epoch(test, 0));
    }
  }

  @Test
  void resumeAtTwentyPointsEqualsUninterrupted() {
    SplittableRandom random = new SplittableRandom(11);
    try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, 50, 5, true, 3000, HostAllocator.INSTANCE)) {
      assertEquals(201, reader.batches());
      List<Integer> uninterrupted = epoch(reader, 2);
      for (int i = 0; i < 20; i++) {
        int stop = random.nextInt(201);
        reader.beginEpoch(2);
        for (int batch = 0; batch < stop; batch++) {
          reader.next();
        }
        assertEquals(stop, reader.position());
        try (BatchReader resumed = new BatchReader(dataset, Part.TRAIN, 50, 5, true, 3000, HostAllocator.INSTANCE)) {
          resumed.seek(reader.epoch(), reader.position());
          assertEquals(uninterrupted.subList(stop * 50, ROWS), rest(resumed));
        }
      }
      reader.seek(2, 201);
      assertNull(reader.next());
    }
  }

  @Test
  void lastBatchIsShortAndTheEndStays() {
    try (BatchReader reader = BatchReader.inOrder(dataset, Part.TRAIN, 10_000, HostAllocator.INSTANCE)) {
      assertThrows(IllegalStateException.class, reader::next);
      reader.beginEpoch(0);
      assertEquals(10_000, reader.next().size());
      Batch last = reader.next();
      assertEquals(7, last.size());
      assertEquals(0, last.ids() % 64);
      assertEquals(0, last.labels() % 64);
      assertNull(reader.next());
      assertNull(reader.next());
      assertEquals(2, reader.position());
    }
  }

  @Test
  void memoryIsBoundedAndReturned() {
    Arena arena = new Arena(HostAllocator.INSTANCE);
    try (arena; BatchReader reader = new BatchReader(dataset, Part.TRAIN, 100, 5, true, 1024, arena)) {
      assertEquals(4 * (832 + 100 * 4), arena.bytes());
      epoch(reader, 0);
      assertEquals(4 * (832 + 100 * 4), arena.bytes());
    }
  }

  @Test
  void aBatchAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, 2, 5, true, 1 << 20, HostAllocator.INSTANCE)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        reader.beginEpoch(epoch);
        reader.next();
        long producer = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("dimsieve-batches"))
            .mapToLong(Thread::getId).max().orElseThrow();
        long before = threads.getCurrentThreadAllocatedBytes();
        long producerBefore = threads.getThreadAllocatedBytes(producer);
        for (int batch = 0; batch < 4000; batch++) {
          reader.next();
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        long produced = threads.getThreadAllocatedBytes(producer) - producerBefore;
        assertTrue(epoch == 0 || allocated + produced < 4000, allocated + " and " + produced + " bytes for 4000 batches");
      }
    }
  }

  @Test
  void seekAndCloseInTheMiddleStopTheThread() {
    try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, 3, 5, true, 1024, HostAllocator.INSTANCE)) {
      for (int i = 0; i < 50; i++) {
        reader.seek(i, i);
        reader.next();
      }
    }
    assertFalse(Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals("dimsieve-batches")));
  }

  @Test
  void aFileThatBecomesShorterIsReportedByNext() throws IOException {
    try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, 100, 5, true, 1024, HostAllocator.INSTANCE);
        FileChannel channel = FileChannel.open(dataset.path(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
      reader.beginEpoch(0);
      ModelFormatException error = assertThrows(ModelFormatException.class, () -> rest(reader));
      assertTrue(error.getMessage().contains("became shorter"), error.getMessage());
      assertThrows(ModelFormatException.class, reader::next);
    }
  }

  @Test
  void badArgumentsAreRefused() {
    assertThrows(ConfigurationException.class, () -> new BatchReader(dataset, Part.TRAIN, 0, 5, true, 1, HostAllocator.INSTANCE));
    assertThrows(ConfigurationException.class, () -> new BatchReader(dataset, Part.TRAIN, 1, 5, true, 0, HostAllocator.INSTANCE));
    assertThrows(ConfigurationException.class, () -> BatchReader.inOrder(dataset, Part.TRAIN, 1 << 28, HostAllocator.INSTANCE));
    try (BatchReader reader = BatchReader.inOrder(dataset, Part.TRAIN, 100, HostAllocator.INSTANCE)) {
      assertThrows(ConfigurationException.class, () -> reader.seek(0, 102));
      assertThrows(ConfigurationException.class, () -> reader.seek(0, -1));
      assertThrows(ConfigurationException.class, () -> reader.beginEpoch(-1));
    }
  }

  @Test
  void useAfterCloseIsAnErrorAndCloseTwiceIsNot() {
    BatchReader reader = BatchReader.inOrder(dataset, Part.TRAIN, 100, HostAllocator.INSTANCE);
    reader.beginEpoch(0);
    Batch batch = reader.next();
    reader.close();
    reader.close();
    assertThrows(IllegalStateException.class, reader::next);
    assertThrows(IllegalStateException.class, () -> reader.beginEpoch(0));
    assertThrows(IllegalStateException.class, batch::ids);
    assertThrows(IllegalStateException.class, batch::labels);
    assertThrows(IndexOutOfBoundsException.class, () -> batch.id(0, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> batch.label(0));
  }

  @Test
  void aClosedDatasetIsAnErrorInNext() {
    try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, 100, 5, true, 1024, HostAllocator.INSTANCE)) {
      dataset.close();
      reader.beginEpoch(0);
      assertThrows(ModelFormatException.class, reader::next);
    }
  }

  @Test
  void failingAllocationsLeakNothing() {
    for (int failing = 1; failing <= 4; failing++) {
      int left = failing;
      AtomicLong live = new AtomicLong();
      AtomicInteger calls = new AtomicInteger();
      Allocator allocator = bytes -> {
        if (calls.incrementAndGet() == left) {
          throw new NativeException("allocate", 1, "out of memory");
        }
        Block block = HostAllocator.INSTANCE.allocate(bytes);
        live.addAndGet(bytes);
        return new Block(block.address(), bytes, (address, size) -> {
          live.addAndGet(-size);
          block.close();
        });
      };
      assertThrows(NativeException.class, () -> new BatchReader(dataset, Part.TRAIN, 10, 5, true, 1024, allocator));
      assertEquals(0, live.get());
    }
  }

  @Test
  void keptBatchesStayAsTheyWereGiven() {
    int kept = 9;
    try (BatchReader reader = new BatchReader(dataset, Part.TRAIN, 50, 5, true, 3000, HostAllocator.INSTANCE, kept)) {
      List<Integer> expected = epoch(reader, 1);
      reader.beginEpoch(1);
      List<Batch> batches = new ArrayList<>();
      for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
        batches.add(batch);
        int last = batches.size() - 1;
        for (int b = Math.max(0, last - kept); b <= last; b++) {
          assertEquals(expected.subList(50 * b, Math.min(ROWS, 50 * b + 50)), numbers(batches.get(b)));
        }
      }
      assertEquals(201, batches.size());
    }
  }

  private static List<Integer> numbers(Batch batch) {
    return IntStream.range(0, batch.size()).map(i -> batch.id(i, 0) * 101 + batch.id(i, 1)).boxed().toList();
  }

  private static List<Integer> epoch(BatchReader reader, int epoch) {
    reader.beginEpoch(epoch);
    return rest(reader);
  }

  private static List<Integer> rest(BatchReader reader) {
    List<Integer> rows = new ArrayList<>();
    for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
      for (int i = 0; i < batch.size(); i++) {
        int row = batch.id(i, 0) * 101 + batch.id(i, 1);
        assertEquals(row % 2, batch.label(i));
        rows.add(row);
      }
    }
    return rows;
  }

  private static List<Integer> numbers() {
    return IntStream.range(0, ROWS).boxed().toList();
  }
}
