package io.dimsieve.bench.peer;

import com.google.gson.JsonObject;
import java.util.Arrays;

/** Times a step and prints what it took, one line of JSON each. */
final class Stopwatch {

  /** Name of the work whose steps are epochs. */
  static final String EPOCH = "epoch";

  private static final long WARM = 400_000_000; // ns
  private static final long LONG = 1_500_000_000;
  private static final int FEWEST = 5;
  private static final int MOST = 2_000;

  private final String library;
  private final String version;
  private final int threads;

  /**
   * A stopwatch of one process.
   *
   * @param version of the library, and what it runs on where it says so
   */
  Stopwatch(String library, String version, int threads) {
    this.library = library;
    this.version = version;
    this.threads = threads;
  }

  /** Warms a step of so many rows up and repeats it for a while. */
  void time(String work, String variant, int rows, Runnable step) {
    long begin = System.nanoTime();
    for (int i = 0; i < 2 || System.nanoTime() - begin < WARM; i++) {
      step.run();
    }
    double[] microseconds = new double[MOST];
    int count = 0;
    begin = System.nanoTime();
    for (long last = begin; count < MOST && (count < FEWEST || last - begin < LONG); ) {
      step.run();
      long now = System.nanoTime();
      microseconds[count++] = (now - last) * 1e-3;
      last = now;
    }
    print(line(work, variant, rows, Arrays.copyOf(microseconds, count)));
  }

  /** The fields that every line has. */
  JsonObject line(String work, String variant, long rows, double[] microseconds) {
    double[] sorted = microseconds.clone();
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    JsonObject line = new JsonObject();
    line.addProperty("library", library);
    line.addProperty("version", version);
    line.addProperty("work", work);
    line.addProperty("variant", variant);
    line.addProperty("rows", rows);
    line.addProperty("threads", threads);
    line.addProperty("p50_us", rounded(median));
    line.addProperty("least_us", rounded(sorted[0]));
    line.addProperty("rows_s", Math.round(rows / median * 1e6));
    return line;
  }

  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  void print(JsonObject line) {
    System.out.println(line);
  }
}
