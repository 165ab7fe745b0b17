package io.dimsieve.study.report;

import io.dimsieve.study.StudySpec;
import io.dimsieve.study.StudySummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Wall time by method: one search (for all budgets at once), then the training of one compacted model in the mean. */
final class BarChart {

  private static final double WIDTH = 540;
  private static final double ROW = 26;
  private static final double LEFT = 100;
  private static final double LONGEST = 250;
  private static final double HEAD = 8;

  private final StudySummary summary;
  private final String model;
  private final Looks looks;

  BarChart(StudySummary summary, String model, Looks looks) {
    this.summary = summary;
    this.model = model;
    this.looks = looks;
  }

  String draw() {
    List<String> methods = new ArrayList<>(summary.methods(model));
    methods.add(0, StudySpec.FULL);
    methods.removeIf(method -> summary.rows(model, method).isEmpty());
    double most = methods.stream().mapToDouble(method -> search(method) + training(method)).max().orElse(1);
    Svg svg = new Svg(WIDTH, HEAD + ROW * methods.size() + 4, "Seconds of search and training of " + model + " by method");
    for (int i = 0; i < methods.size(); i++) {
      String method = methods.get(i);
      double top = HEAD + i * ROW;
      double searched = search(method) / Math.max(1e-9, most) * LONGEST;
      double trained = training(method) / Math.max(1e-9, most) * LONGEST;
      svg.words("label" + (method.equals(StudySpec.UNIFORM) ? " strong" : ""), LEFT - 8, top + 14, "end", method);
      svg.rectangle("bar search " + looks.of(method).style(), LEFT, top + 2, searched, ROW - 10);
      svg.rectangle("bar " + looks.of(method).style(), LEFT + searched, top + 2, trained, ROW - 10);
      String search = search(method) == 0 ? "" : seconds(search(method)) + " search + ";
      svg.words("tick", LEFT + searched + trained + 8, top + 14, "start", search + seconds(training(method)) + " training");
    }
    svg.line("axis", LEFT, HEAD - 4, LEFT, HEAD + ROW * methods.size());
    return svg.finish();
  }

  private double search(String method) {
    return summary.rows(model, method).stream().mapToDouble(StudySummary.Row::searchSeconds).average().orElse(0);
  }

  private double training(String method) {
    return summary.rows(model, method).stream().mapToDouble(StudySummary.Row::trainSeconds).average().orElse(0);
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f s" : "%,.0f s", value);
  }
}
