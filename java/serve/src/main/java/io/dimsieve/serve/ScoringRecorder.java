package io.dimsieve.serve;

import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.Field;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.agrona.DirectBuffer;

/**
 * Counts the calls of one scorer. One thread writes, any may read meanwhile: a counter is written with release, which is a plain store on x86, and the histogram
 * is a pair of which the writer uses one while the reader takes the other (Tene's writer-reader phaser).
 */
final class ScoringRecorder implements AutoCloseable {

  static final int CALLS = 0;
  static final int ROWS = 1;
  static final int ERRORS = 2;
  static final int NANOSECONDS = 3;
  static final int COUNTS = 4;
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);
  private static final int DIGITS = 2;

  private final ScoringStatistics statistics;
  private final List<String> fields;
  private final AtomicLongArray counts; // the COUNTS above, then id 0 of each field
  private final SingleWriterRecorder latencies = new SingleWriterRecorder(1, LONGEST, DIGITS);
  private final ScoreEvent event = new ScoreEvent();
  private final long version;
  private Histogram taken; // the reader's half of latencies, guarded by statistics
  private long began;

  ScoringRecorder(ScoringStatistics statistics, Encoder encoder, long version) {
    this.statistics = statistics;
    this.version = version;
    this.fields = encoder.schema().fields().stream().map(Field::name).toList();
    this.counts = new AtomicLongArray(COUNTS + fields.size());
  }

  /** An empty histogram that latencies can be added to. */
  static Histogram histogram() {
    return new Histogram(1, LONGEST, DIGITS);
  }

  List<String> fields() {
    return fields;
  }

  /** A call begins. */
  void begin() {
    if (event.isEnabled()) {
      event.begin();
    }
    began = System.nanoTime();
  }

  /**
   * The call has ended.
   *
   * @param ids int32 [rows, fields] that were scored; null when it failed
   */
  void end(int rows, DirectBuffer ids) {
    long nanoseconds = System.nanoTime() - began;
    if (event.isEnabled()) {
      event.end();
      if (event.shouldCommit()) {
        event.rows = rows;
        event.modelVersion = version;
        event.failed = ids == null;
        event.commit();
      }
    }
    add(CALLS, 1);
    if (ids == null) {
      add(ERRORS, 1);
      return;
    }
    add(ROWS, rows);
    add(NANOSECONDS, nanoseconds);
    latencies.recordValue(Math.min(Math.max(nanoseconds, 1), LONGEST));
    int width = fields.size();
    for (int f = 0; f < width; f++) {
      int unknown = 0;
      for (int i = 0; i < rows; i++) {
        unknown += ids.getInt(Integer.BYTES * (i * width + f)) == 0 ? 1 : 0;
      }
      if (unknown > 0) {
        add(COUNTS + f, unknown);
      }
    }
  }

  private void add(int counter, long amount) {
    counts.setRelease(counter, counts.getPlain(counter) + amount);
  }

  /** Adds the latencies recorded since the last call; under the lock of the statistics. */
  void moveLatencies(Histogram to) {
    taken = latencies.getIntervalHistogram(taken);
    to.add(taken);
  }

  /** Adds all counts since the beginning. */
  void addCounts(long[] to, Map<String, Long> unknown) {
    for (int i = 0; i < COUNTS; i++) {
      to[i] += counts.getAcquire(i);
    }
    for (int f = 0; f < fields.size(); f++) {
      unknown.merge(fields.get(f), counts.getAcquire(COUNTS + f), Long::sum);
    }
  }

  /** The scorer is closed: its counts go on in the statistics. */
  @Override
  public void close() {
    statistics.retire(this);
  }
}
