package io.dimsieve.study.report;

import io.dimsieve.ConfigurationException;
import io.dimsieve.file.AtomicFile;
import io.dimsieve.study.RunRecord;
import io.dimsieve.study.Study;
import io.dimsieve.study.StudyDescription;
import io.dimsieve.study.StudySpec;
import io.dimsieve.study.StudySummary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a study's folder says, for people: {@code summary.csv}, {@code summary.md} and {@code report.html}, one page without scripts that needs nothing else.
 * Equal runs give equal bytes.
 */
public final class Report {

  /** Name of the page in the study's folder. */
  public static final String PAGE = "report.html";

  private final StudyDescription study;
  private final StudySummary summary;
  private final Looks looks;

  private Report(StudyDescription study, List<RunRecord> runs) {
    this.study = study;
    this.summary = new StudySummary(runs);
    List<String> methods = new ArrayList<>(List.of(StudySpec.FULL));
    summary.models().forEach(model -> summary.methods(model).stream().filter(method -> !methods.contains(method)).forEach(methods::add));
    this.looks = new Looks(methods);
  }

  /**
   * Writes summary and page from the runs in a study's folder.
   *
   * @return the page
   * @throws ConfigurationException when no run is finished
   */
  public static Path write(Path folder) {
    StudyDescription study = StudyDescription.read(folder);
    List<RunRecord> runs = Study.finished(folder);
    if (runs.isEmpty()) {
      throw new ConfigurationException(folder + ": no run is finished, there is nothing to report");
    }
    Report report = new Report(study, runs);
    write(folder.resolve("summary.csv"), SummaryCsv.of(report.summary));
    write(folder.resolve("summary.md"), SummaryMarkdown.of(report.summary, study));
    write(folder.resolve(PAGE), report.page());
    return folder.resolve(PAGE);
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String style() {
    try (InputStream in = Report.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the style sheet of the report cannot be read", e);
    }
  }

  private String page() {
    StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"UTF-8\"/>\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>Dimsieve: comparison of search methods</title>\n<style>\n");
    html.append(style()).append("</style>\n</head>\n<body>\n<main>\n<header><h1>Comparison of search methods</h1>\n");
    Map<String, String> data = study.dataset();
    html.append("<p>").append(Svg.escape(data.getOrDefault("source", ""))).append(": ").append(study.fields().size()).append(" fields, ")
        .append(rows("train")).append(" training, ").append(rows("validation")).append(" validation, ").append(rows("test"))
        .append(" test rows (split ").append(Svg.escape(data.getOrDefault("split", "?"))).append("). Base dimension ")
        .append(study.common().get("dimension")).append("; budgets are shares of the uniform tables in ").append(study.common().get("unit"))
        .append(", weights of retrained models ").append(study.common().get("retrain").equals("fresh") ? "are fresh" : "are inherited")
        .append(". Mean and standard error over seeds.</p></header>\n");
    summary.models().forEach(model -> section(html, model));
    html.append("<section><h2>Settings</h2>\n<dl>");
    study.methods().forEach((method, settings) -> setting(html, method, settings.isEmpty() ? "defaults" : settings.toString()));
    study.common().forEach((name, value) -> setting(html, name, value));
    return html.append("</dl></section>\n</main>\n</body>\n</html>\n").toString();
  }

  private String rows(String part) {
    return String.format(Locale.ROOT, "%,d", Long.parseLong(study.dataset().getOrDefault(part + " rows", "0")));
  }

  private static void setting(StringBuilder html, String name, String value) {
    html.append("<div><dt>").append(Svg.escape(name)).append("</dt><dd>").append(Svg.escape(value)).append("</dd></div>\n");
  }

  private void section(StringBuilder html, String model) {
    html.append("<section><h2>").append(Svg.escape(model)).append("</h2>\n<div class=\"pair\">\n");
    figure(html, "Test AUC", "higher is better", new CurveChart(summary, model, looks, StudySummary.Row::auc, true).draw("Test AUC"));
    figure(html, "Test logloss", "lower is better", new CurveChart(summary, model, looks, StudySummary.Row::logLoss, false).draw("Test logloss"));
    html.append("</div>\n");
    table(html, model);
    figure(html, "Dimensions kept by field", "mean columns per row, over seeds", new HeatMap(summary, model, study).draw());
    List<String> curves = new TrainingCurves(summary, model, looks).draw();
    if (!curves.isEmpty()) {
      figure(html, "Training", "validation AUC after each epoch; a line a seed, fainter for smaller budgets",
          "<div class=\"multiples\">\n" + String.join("", curves) + "</div>\n");
    }
    figure(html, "Time", "one search for all budgets (pale), then the training of one model in the mean (full colour)", "<div class=\"narrow\">"
        + new BarChart(summary, model, looks).draw() + "</div>\n");
    html.append("</section>\n");
  }

  private static void figure(StringBuilder html, String title, String note, String content) {
    html.append("<figure><figcaption><strong>").append(title).append("</strong> ").append(note).append("</figcaption>\n").append(content).append("</figure>\n");
  }

  private void table(StringBuilder html, String model) {
    StringBuilder rows = new StringBuilder("<div class=\"scroll\"><table class=\"numbers\"><thead><tr>");
    SummaryMarkdown.COLUMNS.forEach(title -> rows.append("<th>").append(title).append("</th>"));
    rows.append("</tr></thead><tbody>\n");
    double last = Double.NaN;
    for (StudySummary.Row row : summary.rows(model)) {
      rows.append(row.budget() == last ? "<tr>" : "<tr class=\"first\">");
      last = row.budget();
      SummaryMarkdown.cells(row).forEach(cell -> rows.append("<td>").append(Svg.escape(cell)).append("</td>"));
      rows.append("</tr>\n");
    }
    figure(html, "Numbers", "behind: controls whose AUC at this budget is better by more than the combined standard error",
        rows.append("</tbody></table></div>\n").toString());
  }
}
