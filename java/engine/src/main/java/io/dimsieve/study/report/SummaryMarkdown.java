package io.dimsieve.study.report;

import io.dimsieve.study.RunKey;
import io.dimsieve.study.StudyDescription;
import io.dimsieve.study.StudySpec;
import io.dimsieve.study.StudySummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The summary of a study as Markdown: a table for each model. */
final class SummaryMarkdown {

  /** Titles of the table's columns. */
  static final List<String> COLUMNS = List.of(
      "budget", "method", "test AUC", "test logloss", "embedding bytes", "share", "embedding parameters", "search s", "train s", "seeds", "behind");

  private SummaryMarkdown() {}

  static String of(StudySummary summary, StudyDescription study) {
    StringBuilder text = new StringBuilder("# Comparison of search methods\n\nMean ± standard error over seeds. Behind: controls whose test AUC at the same"
        + " budget is better by more than the combined standard error.\n");
    for (String model : summary.models()) {
      text.append("\n## ").append(model).append("\n\n").append(line(COLUMNS)).append(line(COLUMNS.stream().map(title -> "---").toList()));
      summary.rows(model).forEach(row -> text.append(line(cells(row))));
      text.append("\nMean kept columns per row of ").append(String.join(", ", study.fields())).append(":\n\n").append(line(List.of("budget", "method", "widths")))
          .append(line(List.of("---", "---", "---")));
      for (StudySummary.Row row : summary.rows(model)) {
        text.append(line(List.of(
            RunKey.percent(row.budget()), row.method(),
            row.widths().stream().map(width -> String.format(Locale.ROOT, "%.2f", width).replaceAll("\\.?0+$", "")).collect(Collectors.joining(" ")))));
      }
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** What stands in a row, in the order of {@link #COLUMNS}. */
  static List<String> cells(StudySummary.Row row) {
    List<String> cells = new ArrayList<>(List.of(RunKey.percent(row.budget()), row.method(), row.auc().toString("%.4f"), row.logLoss().toString("%.4f")));
    cells.add(String.format(Locale.ROOT, "%,.0f", row.bytes()));
    cells.add(String.format(Locale.ROOT, "%.1f %%", 100 * row.share()));
    cells.add(String.format(Locale.ROOT, "%,.0f", row.parameters()));
    cells.add(String.format(Locale.ROOT, "%.1f", row.searchSeconds()));
    cells.add(String.format(Locale.ROOT, "%.1f", row.trainSeconds()));
    cells.add(String.valueOf(row.auc().count()));
    cells.add(behind(row));
    return cells;
  }

  private static String behind(StudySummary.Row row) {
    if (row.method().equals(StudySpec.FULL)) {
      return "";
    }
    return row.auc().count() < 2 ? "one seed" : row.behind().isEmpty() ? "–" : String.join(", ", row.behind());
  }
}
