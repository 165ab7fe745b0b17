package io.dimsieve.serve;

import io.dimsieve.encode.Encoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What scoring did since the start, for any number of threads: calls, rows, values without a row of their own, and how long calls took. A scorer that is attached
 * ({@link Scorer#attach}, {@link ModelSlot#reader(int, ScoringStatistics)}) writes to a recorder of its own, without locks or allocation; a snapshot adds them up
 * while they go on writing. One that is not attached pays a comparison with null.
 *
 * <p>Each call is a JFR event too, {@code io.dimsieve.Score}, where a recording enables it.
 */
public final class ScoringStatistics {

  private final List<ScoringRecorder> recorders = new ArrayList<>(); // all guarded by this
  private final Histogram latencies = ScoringRecorder.histogram();
  private final Map<String, Long> unknown = new LinkedHashMap<>();
  private final long[] counts = new long[ScoringRecorder.COUNTS];
  private long modelVersion;

  /**
   * What was counted up to a moment. Calls under way may be in some of the counts already and not yet in others.
   *
   * @param calls of a scorer, failed ones included
   * @param rows scored
   * @param errors calls that failed
   * @param nanoseconds spent in calls that did not fail, all together
   * @param unknown for each field, how many of the scored rows had id 0: a value without a row of its own, or none where none has no row either
   * @param modelVersion the latest version of the model that was scored with, 0 before the first
   * @param latencies nanoseconds of each call that did not fail, to within 1 %; the receiver's own
   */
  public record Snapshot(long calls, long rows, long errors, long nanoseconds, Map<String, Long> unknown, long modelVersion, Histogram latencies) {}

  /** What a scorer of one thread writes to, until it retires. */
  synchronized ScoringRecorder recorder(Encoder encoder, long version) {
    ScoringRecorder recorder = new ScoringRecorder(this, encoder, version);
    recorders.add(recorder);
    for (String field : recorder.fields()) {
      unknown.putIfAbsent(field, 0L);
    }
    modelVersion = Math.max(modelVersion, version);
    return recorder;
  }

  /** Keeps what a recorder counted, and forgets the recorder. */
  synchronized void retire(ScoringRecorder recorder) {
    if (recorders.remove(recorder)) {
      recorder.moveLatencies(latencies);
      recorder.addCounts(counts, unknown);
    }
  }

  /** The sums over all scorers, those closed meanwhile included. */
  public synchronized Snapshot snapshot() {
    long[] sums = counts.clone();
    Map<String, Long> unknownNow = new LinkedHashMap<>(unknown);
    for (ScoringRecorder recorder : recorders) {
      recorder.moveLatencies(latencies);
      recorder.addCounts(sums, unknownNow);
    }
    return new Snapshot(
        sums[ScoringRecorder.CALLS], sums[ScoringRecorder.ROWS], sums[ScoringRecorder.ERRORS], sums[ScoringRecorder.NANOSECONDS],
        Collections.unmodifiableMap(unknownNow), modelVersion, latencies.copy());
  }
}
