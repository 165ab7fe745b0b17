package io.dimsieve.bench.quality;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Turns the CSV of {@link CompressionQuality} into a Markdown table on standard output: mean ± standard error over seeds. Arguments: CSV files. */
public final class QualityTable {

  private record Key(double share, String method) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return share != other.share ? Double.compare(other.share, share) : method.compareTo(other.method);
    }
  }

  private QualityTable() {}

  public static void main(String[] files) throws IOException {
    Map<Key, List<String[]>> runs = new TreeMap<>();
    for (String file : files) {
      List<String> lines = Files.readAllLines(Path.of(file));
      for (String line : lines.subList(1, lines.size())) {
        String[] columns = line.split(",");
        runs.computeIfAbsent(new Key(Double.parseDouble(columns[2]), columns[1]), key -> new ArrayList<>()).add(columns);
      }
    }
    System.out.println("| budget | method | test AUC | test logloss | embedding parameters | widths of the first seed | search s | train s | seeds |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    runs.forEach((key, all) -> System.out.printf(
        Locale.ROOT, "| %.0f %% | %s | %s | %s | %.0f | %s | %.0f | %.0f | %d |%n", 100 * key.share, key.method, summary(all, 6), summary(all, 7),
        mean(all, 4), all.get(0)[5], mean(all, 10), mean(all, 11), all.size()));
  }

  private static double mean(List<String[]> runs, int column) {
    return runs.stream().mapToDouble(run -> Double.parseDouble(run[column])).average().orElse(Double.NaN);
  }

  private static String summary(List<String[]> runs, int column) {
    double mean = mean(runs, column);
    double squares = runs.stream().mapToDouble(run -> Math.pow(Double.parseDouble(run[column]) - mean, 2)).sum();
    double error = runs.size() < 2 ? Double.NaN : Math.sqrt(squares / (runs.size() - 1) / runs.size());
    return String.format(Locale.ROOT, "%.4f ± %.4f", mean, error);
  }
}
