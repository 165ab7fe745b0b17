package io.dimsieve.bench.peer;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Markdown of the lines that rounds of processes printed: of every work the best variant of each library, with how many times Dimsieve's time it takes, then
 * all variants, then the epochs. A library's best variant is the one with the least median over the rounds; the ratio is the median of the ratios of
 * single rounds, so that a machine that drifts drifts for both.
 *
 * <p>Argument: file of lines. The k-th line of the same library, work, variant and threads is of round k.
 */
public final class PeerTable {

  private static final String OURS = "dimsieve";

  /** A line, as {@link Stopwatch} wrote it; the last three are of epochs alone. */
  record Line(
      String library, String version, String work, String variant, long rows, int threads, double p50_us, double least_us, double auc, int auc_epoch,
      double auc_us) {}

  /** What is compared. */
  private record Task(String work, int threads) {}

  /** The rounds of one variant of a library. */
  private record Series(String library, String variant, List<Line> rounds) {

    double median() {
      return PeerTable.median(rounds.stream().mapToDouble(Line::p50_us).toArray());
    }
  }

  private final Map<Task, Map<String, Series>> tasks = new LinkedHashMap<>();
  private final Set<String> peers = new LinkedHashSet<>();

  PeerTable(List<Line> lines) {
    for (Line line : lines) {
      tasks.computeIfAbsent(new Task(line.work, line.threads), first -> new LinkedHashMap<>())
          .computeIfAbsent(line.library + ": " + line.variant, first -> new Series(line.library, line.variant, new ArrayList<>()))
          .rounds.add(line);
      if (!line.library.equals(OURS)) {
        peers.add(line.library);
      }
    }
  }

  public static void main(String[] arguments) throws IOException {
    Gson gson = new Gson();
    List<Line> lines = Files.readAllLines(Path.of(arguments[0])).stream().map(line -> gson.fromJson(line, Line.class)).toList();
    PeerTable table = new PeerTable(lines);
    System.out.println(table.versions(lines) + "\n\n" + table.best() + "\n" + table.variants() + "\n" + table.epochs());
  }

  private String versions(List<Line> lines) {
    Set<String> versions = new TreeSet<>();
    lines.forEach(line -> versions.add(line.library + " (" + line.version + ")"));
    return String.join("; ", versions);
  }

  /** The best variant of each library, in milliseconds. */
  String best() {
    StringBuilder text = new StringBuilder("| work | threads | " + OURS + " ms |");
    peers.forEach(peer -> text.append(" ").append(peer).append(" ms | × |"));
    text.append("\n|---|---|---|").append("---|---|".repeat(peers.size())).append("\n");
    sorted().forEach(task -> {
      Series ours = best(task, OURS);
      text.append(String.format(Locale.ROOT, "| %s | %d | %s |", task.work, task.threads, milliseconds(ours)));
      for (String peer : peers) {
        Series theirs = best(task, peer);
        text.append(String.format(Locale.ROOT, " %s | %s |", milliseconds(theirs), ratio(theirs, ours)));
      }
      text.append("\n");
    });
    return text.toString();
  }

  private String variants() {
    StringBuilder text = new StringBuilder("| work | threads | library | variant | ms | least ms | rows/s |\n|---|---|---|---|---|---|---|\n");
    sorted().forEach(task -> tasks.get(task).values().stream().sorted(Comparator.comparing(Series::library)).forEach(series -> {
      Line any = series.rounds.get(0);
      double least = series.rounds.stream().mapToDouble(Line::least_us).min().orElseThrow();
      text.append(String.format(
          Locale.ROOT, "| %s | %d | %s | %s | %s | %.3f | %,.0f |%n", task.work, task.threads, series.library, series.variant, milliseconds(series),
          least / 1e3, any.rows / series.median() * 1e6));
    }));
    return text.toString();
  }

  private String epochs() {
    StringBuilder text = new StringBuilder("| library | threads | s an epoch | best AUC | after epochs | s of training to it |\n|---|---|---|---|---|---|\n");
    sorted().filter(task -> task.work.equals(Stopwatch.EPOCH)).forEach(task -> tasks.get(task).values().forEach(series -> text.append(String.format(
        Locale.ROOT, "| %s | %d | %.2f | %.4f | %.0f | %.1f |%n", series.library, task.threads, series.median() / 1e6,
        median(series.rounds.stream().mapToDouble(Line::auc).toArray()), median(series.rounds.stream().mapToDouble(Line::auc_epoch).toArray()),
        median(series.rounds.stream().mapToDouble(Line::auc_us).toArray()) / 1e6))));
    return text.toString();
  }

  /** Works in their order, each with one thread first. */
  private Stream<Task> sorted() {
    List<String> works = tasks.keySet().stream().map(Task::work).distinct().toList();
    return tasks.keySet().stream().sorted(Comparator.<Task>comparingInt(task -> works.indexOf(task.work)).thenComparingInt(Task::threads));
  }

  private Series best(Task task, String library) {
    return tasks.get(task).values().stream().filter(series -> series.library.equals(library)).min(Comparator.comparing(Series::median)).orElse(null);
  }

  private static String milliseconds(Series series) {
    return series == null ? "" : String.format(Locale.ROOT, "%.3f", series.median() / 1e3);
  }

  private static String ratio(Series theirs, Series ours) {
    if (theirs == null || ours == null) {
      return "";
    }
    double[] ratios = new double[Math.min(theirs.rounds.size(), ours.rounds.size())];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = theirs.rounds.get(round).p50_us / ours.rounds.get(round).p50_us;
    }
    return String.format(Locale.ROOT, "%.2f", median(ratios));
  }

  /** The middle one, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
