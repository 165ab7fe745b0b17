package io.dimsieve.study.report;

import io.dimsieve.study.RunKey;
import io.dimsieve.study.StudyDescription;
import io.dimsieve.study.StudySummary;
import java.util.List;
import java.util.Locale;

/** Dimensions kept by field: a table with a row for each method and budget, its numbers on a ground the darker the more of the D columns are kept. */
final class HeatMap {

  private final StudySummary summary;
  private final String model;
  private final StudyDescription study;

  HeatMap(StudySummary summary, String model, StudyDescription study) {
    this.summary = summary;
    this.model = model;
    this.study = study;
  }

  String draw() {
    StringBuilder html = new StringBuilder("<div class=\"scroll\"><table class=\"heat\"><thead><tr><th class=\"left\" colspan=\"2\">field</th>");
    study.fields().forEach(name -> html.append("<th class=\"upright\"><span>").append(Svg.escape(name)).append("</span></th>"));
    html.append("</tr><tr><th class=\"left\" colspan=\"2\">rows of its table</th>");
    study.tableRows().forEach(rows -> html.append("<td class=\"rows\">").append(compact(rows)).append("</td>"));
    html.append("</tr></thead>\n");
    double dimension = Double.parseDouble(study.common().get("dimension"));
    for (String method : summary.methods(model)) {
      List<StudySummary.Row> rows = summary.rows(model, method);
      html.append("<tbody>");
      for (int i = 0; i < rows.size(); i++) {
        html.append("<tr>");
        if (i == 0) {
          html.append("<th class=\"left\" rowspan=\"").append(rows.size()).append("\">").append(Svg.escape(method)).append("</th>");
        }
        html.append("<td class=\"budget\">").append(RunKey.percent(rows.get(i).budget())).append("</td>");
        for (double width : rows.get(i).widths()) {
          html.append(String.format(Locale.ROOT, "<td style=\"--v:%.2f\">%s</td>", 0.9 * Math.min(1, width / dimension), number(width)));
        }
        html.append("</tr>\n");
      }
      html.append("</tbody>\n");
    }
    return html.append("</table></div>\n").toString();
  }

  private static String number(double width) {
    return Math.abs(width - Math.rint(width)) < 0.05 ? String.format(Locale.ROOT, "%.0f", width) : String.format(Locale.ROOT, "%.1f", width);
  }

  private static String compact(int rows) {
    return rows < 1000 ? String.valueOf(rows)
        : rows < 1_000_000 ? String.format(Locale.ROOT, rows < 10_000 ? "%.1fk" : "%.0fk", rows / 1e3) : String.format(Locale.ROOT, "%.1fM", rows / 1e6);
  }
}
