package io.dimsieve.bench.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lines of many processes, put together: the k-th line of the same work, threads, library and variant is of round k. */
final class PeerRuns {

  /** A line, as {@link Stopwatch} wrote it; what begins with auc is of epochs alone. */
  record Line(
      String library, String version, String work, String variant, long rows, int threads, double p50_us, double least_us, double auc,
      int auc_epoch, double auc_us) {}

  /** What is compared. */
  record Task(String work, int threads) {}

  /** The rounds of one variant of a library. */
  record Series(String library, String variant, List<Line> rounds) {

    /** Median over the rounds of their median microseconds. */
    double median() {
      return PeerRuns.median(rounds.stream().mapToDouble(Line::p50_us).toArray());
    }

    /** Median of the ratios of single rounds, so that a machine that drifts drifts for both. */
    double over(Series other) {
      double[] ratios = new double[Math.min(rounds.size(), other.rounds.size())];
      Arrays.setAll(ratios, round -> rounds.get(round).p50_us / other.rounds.get(round).p50_us);
      return PeerRuns.median(ratios);
    }
  }

  private final List<Line> lines;
  private final Map<Task, Map<String, Series>> tasks = new LinkedHashMap<>();

  PeerRuns(List<Line> lines) {
    this.lines = lines;
    for (Line line : lines) {
      tasks.computeIfAbsent(new Task(line.work, line.threads), task -> new LinkedHashMap<>())
          .computeIfAbsent(line.library + ", " + line.variant, key -> new Series(line.library, line.variant, new ArrayList<>()))
          .rounds.add(line);
    }
  }

  /** Names of the libraries, with their versions. */
  List<String> versions() {
    return lines.stream().map(line -> line.library + " (" + line.version + ")").distinct().sorted().toList();
  }

  /** Libraries in the order in which they ran. */
  List<String> libraries() {
    return lines.stream().map(Line::library).distinct().toList();
  }

  /** Works in the order in which they ran, each with the fewest threads first. */
  List<Task> tasks() {
    List<String> works = lines.stream().map(Line::work).distinct().toList();
    Comparator<Task> order = Comparator.comparingInt(task -> works.indexOf(task.work));
    return tasks.keySet().stream().sorted(order.thenComparingInt(Task::threads)).toList();
  }

  /** All variants, those of a library together. */
  List<Series> variants(Task task) {
    return tasks.get(task).values().stream().sorted(Comparator.comparingInt(series -> libraries().indexOf(series.library))).toList();
  }

  /** A library's variant with the least median, or null. */
  Series best(Task task, String library) {
    Stream<Series> own = tasks.get(task).values().stream().filter(series -> series.library.equals(library));
    return own.min(Comparator.comparingDouble(Series::median)).orElse(null);
  }

  /** The middle one, or the mean of the two in the middle. */
  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
