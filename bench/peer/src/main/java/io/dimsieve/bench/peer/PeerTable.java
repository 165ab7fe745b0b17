package io.dimsieve.bench.peer;

import com.google.gson.Gson;
import io.dimsieve.bench.peer.PeerRuns.Line;
import io.dimsieve.bench.peer.PeerRuns.Series;
import io.dimsieve.bench.peer.PeerRuns.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Prints the lines of all rounds as Markdown: of every work the best variant of each library and how many times Dimsieve's time it
 * takes, then the epochs, then all variants. Argument: file of lines.
 */
public final class PeerTable {

  private static final String OURS = "dimsieve";

  private static final String WORKS = """
      gather, masked gather: embeddings of a batch, times a mask of columns. gradients: a masked gather, then the gradients of rows and
      mask (dimsieve: and Adam, which is the same call). backward: the same with Adam of the table for all. orthogonal matrices:
      EᵀE − I of all tables and its square. orthogonal: and the gradient of that (dimsieve: the matrix M of the gradient E M, which the
      update adds to the rows it touches). fm, deepfm: training steps. The number is the rows of each of the 39 tables; D = 16, batch
      4096. epoch: DeepFM 256-128, dropout 0.2, on the dataset.
      """;

  private final PeerRuns runs;

  PeerTable(PeerRuns runs) {
    this.runs = runs;
  }

  public static void main(String[] arguments) throws IOException {
    Gson gson = new Gson();
    PeerRuns runs = new PeerRuns(Files.readAllLines(Path.of(arguments[0])).stream().map(line -> gson.fromJson(line, Line.class)).toList());
    PeerTable table = new PeerTable(runs);
    System.out.println(String.join("; ", runs.versions()) + ".\n\n" + WORKS);
    System.out.println(table.best() + "\n" + table.epochs() + "\n" + table.variants());
  }

  /** The best variant of each library: median milliseconds of a round, median of rounds; the paired ratio to Dimsieve's. */
  String best() {
    List<String> peers = runs.libraries().stream().filter(library -> !library.equals(OURS)).toList();
    StringBuilder text = new StringBuilder("| work | threads | " + OURS + " ms |");
    peers.forEach(peer -> text.append(" ").append(peer).append(" ms | × |"));
    text.append("\n|---|---|---|").append("---|---|".repeat(peers.size())).append("\n");
    for (Task task : runs.tasks()) {
      Series ours = runs.best(task, OURS);
      text.append(format("| %s | %d | %s |", task.work(), task.threads(), milliseconds(ours)));
      for (String peer : peers) {
        Series theirs = runs.best(task, peer);
        text.append(format(" %s | %s |", milliseconds(theirs), ours == null || theirs == null ? "" : format("%.2f", theirs.over(ours))));
      }
      text.append("\n");
    }
    return text.toString();
  }

  /** What training on a dataset takes, medians of rounds. */
  private String epochs() {
    StringBuilder text = new StringBuilder(
        "| library | threads | s an epoch | best AUC | after epochs | s of training to it |\n|---|---|---|---|---|---|\n");
    for (Task task : runs.tasks()) {
      for (Series series : task.work().equals(Stopwatch.EPOCH) ? runs.variants(task) : List.<Series>of()) {
        List<Line> rounds = series.rounds();
        text.append(format(
            "| %s | %d | %.2f | %.4f | %.0f | %.1f |\n", series.library(), task.threads(), series.median() / 1e6,
            PeerRuns.median(rounds.stream().mapToDouble(Line::auc).toArray()),
            PeerRuns.median(rounds.stream().mapToDouble(Line::auc_epoch).toArray()),
            PeerRuns.median(rounds.stream().mapToDouble(Line::auc_us).toArray()) / 1e6));
      }
    }
    return text.toString();
  }

  private String variants() {
    StringBuilder text = new StringBuilder("| work | threads | library | variant | ms | least ms | rows/s |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    for (Task task : runs.tasks()) {
      for (Series series : runs.variants(task)) {
        double least = series.rounds().stream().mapToDouble(Line::least_us).min().orElseThrow();
        text.append(format(
            "| %s | %d | %s | %s | %s | %.3f | %,.0f |\n", task.work(), task.threads(), series.library(), series.variant(),
            milliseconds(series), least / 1e3, series.rounds().get(0).rows() / series.median() * 1e6));
      }
    }
    return text.toString();
  }

  private static String milliseconds(Series series) {
    return series == null ? "" : format("%.3f", series.median() / 1e3);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
