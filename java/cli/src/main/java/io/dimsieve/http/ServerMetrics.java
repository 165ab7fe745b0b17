package io.dimsieve.http;

import io.dimsieve.serve.ScoringStatistics;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the server did, and what its scorers counted, as a page of metrics. */
final class ServerMetrics {

  private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);
  private static final int DIGITS = 2;

  private final ScoringStatistics scoring = new ScoringStatistics();
  private final Map<Integer, LongAdder> answers = new ConcurrentSkipListMap<>();
  private final LongAdder aborted = new LongAdder();
  private final LongAdder nanoseconds = new LongAdder();
  private final Recorder latencies = new Recorder(1, LONGEST, DIGITS);
  private final Histogram total = new Histogram(1, LONGEST, DIGITS); // guarded by this
  private Histogram interval; // guarded by this

  ScoringStatistics scoring() {
    return scoring;
  }

  /** An answer is about to be sent. */
  void answered(int status) {
    answers.computeIfAbsent(status, missing -> new LongAdder()).increment();
  }

  /** A request was scored, so long after its head was read. */
  void scored(long duration) {
    nanoseconds.add(duration);
    latencies.recordValue(Math.min(Math.max(duration, 1), LONGEST));
  }

  /** The client was gone, or too slow, before it had its answer. */
  void aborted() {
    aborted.increment();
  }

  /** All metrics at this moment. */
  synchronized String page(ModelReloader model, int underWay) {
    interval = latencies.getIntervalHistogram(interval);
    total.add(interval);
    ScoringStatistics.Snapshot seen = scoring.snapshot();
    Prometheus page = new Prometheus();
    page.metric("dimsieve_http_requests_total", "counter", "Answers by HTTP status.");
    answers.forEach((status, count) -> page.sample("dimsieve_http_requests_total", "code", Integer.toString(status), count.sum()));
    page.metric("dimsieve_http_aborted_total", "counter", "Requests whose client was gone or too slow.").sample("dimsieve_http_aborted_total", aborted.sum());
    page.metric("dimsieve_http_in_flight", "gauge", "Requests under way, this one included.").sample("dimsieve_http_in_flight", underWay);
    page.summary("dimsieve_http_score_seconds", "From the head of a request to its answer, of requests that were scored.", total, nanoseconds.sum());
    page.metric("dimsieve_score_calls_total", "counter", "Calls of the scorer.").sample("dimsieve_score_calls_total", seen.calls());
    page.metric("dimsieve_score_errors_total", "counter", "Calls of the scorer that failed.").sample("dimsieve_score_errors_total", seen.errors());
    page.metric("dimsieve_score_rows_total", "counter", "Rows scored.").sample("dimsieve_score_rows_total", seen.rows());
    page.summary("dimsieve_score_seconds", "Time in the scorer, of calls that did not fail.", seen.latencies(), seen.nanoseconds());
    page.metric("dimsieve_unknown_values_total", "counter", "Values without a row of their own, by field.");
    seen.unknown().forEach((field, count) -> page.sample("dimsieve_unknown_values_total", "field", field, count));
    page.metric("dimsieve_model_version", "gauge", "1 for the first model, one more for each that took its place.")
        .sample("dimsieve_model_version", model.slot().version());
    page.metric("dimsieve_model_reloads_total", "counter", "Changed model files, taken or refused.")
        .sample("dimsieve_model_reloads_total", "result", "taken", model.accepted())
        .sample("dimsieve_model_reloads_total", "result", "refused", model.refused());
    return page.toString();
  }
}
