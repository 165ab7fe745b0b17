package io.dimsieve.cli;

import io.dimsieve.file.AtomicFile;
import io.dimsieve.kernel.Profiler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Spans of time in the format of Chrome's trace viewer and Perfetto: complete events, in microseconds; a row for the stages and one for every stream. */
final class ChromeTrace {

  private ChromeTrace() {}

  /**
   * Writes a trace.
   *
   * @param zero nanoseconds of {@link System#nanoTime} at which the trace begins
   * @throws io.dimsieve.ConfigurationException when it cannot be written
   */
  static void write(Path file, List<Profiler.Span> spans, long zero) {
    StringBuilder text = new StringBuilder("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n");
    int streams = spans.stream().mapToInt(Profiler.Span::stream).max().orElse(0);
    for (int stream = 0; stream <= streams; stream++) {
      text.append(String.format(
          Locale.ROOT, "%s{\"name\": \"thread_name\", \"ph\": \"M\", \"pid\": 1, \"tid\": %d, \"args\": {\"name\": \"%s\"}}", stream == 0 ? "" : ",\n",
          stream, stream == 0 ? "stages" : "stream " + stream));
    }
    for (Profiler.Span span : spans) {
      text.append(String.format(
          Locale.ROOT, ",\n{\"name\": \"%s\", \"ph\": \"X\", \"pid\": 1, \"tid\": %d, \"ts\": %.3f, \"dur\": %.3f}", span.name(), span.stream(),
          (span.begin() - zero) * 1e-3, (span.end() - span.begin()) * 1e-3));
    }
    AtomicFile.write(file, text.append("\n]}\n").toString().getBytes(StandardCharsets.UTF_8));
  }
}
