package io.dimsieve.study.report;

import io.dimsieve.study.StudySummary;
import java.util.Locale;
import java.util.stream.Collectors;

/** The summary of a study as CSV: a line for each model, method and budget. */
final class SummaryCsv {

  private SummaryCsv() {}

  static String of(StudySummary summary) {
    StringBuilder csv = new StringBuilder(
        "model,method,budget,seeds,test_auc,test_auc_error,test_logloss,test_logloss_error,bytes,share,parameters,search_seconds,train_seconds,widths,"
            + "behind\n");
    for (StudySummary.Row row : summary.rows()) {
      csv.append(String.format(
          Locale.ROOT, "%s,%s,%s,%d,%.6f,%s,%.6f,%s,%.0f,%.6f,%.0f,%.2f,%.2f,%s,%s\n", row.model(), row.method(), row.budget(), row.auc().count(),
          row.auc().mean(), error(row.auc().error()), row.logLoss().mean(), error(row.logLoss().error()), row.bytes(), row.share(), row.parameters(),
          row.searchSeconds(), row.trainSeconds(),
          row.widths().stream().map(width -> String.format(Locale.ROOT, "%.3f", width)).collect(Collectors.joining(" ")), String.join(" ", row.behind())));
    }
    return csv.toString();
  }

  private static String error(double error) {
    return Double.isNaN(error) ? "" : String.format(Locale.ROOT, "%.6f", error);
  }
}
