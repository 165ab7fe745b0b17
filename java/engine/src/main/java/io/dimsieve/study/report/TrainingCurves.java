package io.dimsieve.study.report;

import io.dimsieve.study.RunKey;
import io.dimsieve.study.RunRecord;
import io.dimsieve.study.StudySpec;
import io.dimsieve.study.StudySummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Validation AUC after each epoch, a small chart for each method on common axes: every seed is a line, smaller budgets are fainter. What lies far below (first
 * epochs) is cut off.
 */
final class TrainingCurves {

  private static final double WIDTH = 260;
  private static final double HEIGHT = 190;
  private static final double LEFT = 46;
  private static final double RIGHT = 212;
  private static final double TOP = 26;
  private static final double BOTTOM = 160;
  private static final double LINE = 12;
  private static final double CUT = 0.05;

  private final StudySummary summary;
  private final String model;
  private final Looks looks;
  private final Scale x;
  private final Scale y;

  TrainingCurves(StudySummary summary, String model, Looks looks) {
    this.summary = summary;
    this.model = model;
    this.looks = looks;
    List<RunRecord> runs = summary.rows(model).stream().flatMap(row -> row.runs().stream()).toList();
    double[] values = runs.stream().flatMap(run -> run.curve().stream()).mapToDouble(v -> v).sorted().toArray();
    int epochs = runs.stream().mapToInt(run -> run.curve().size()).max().orElse(1);
    this.x = Scale.of(1, Math.max(2, epochs), LEFT + 4, RIGHT, 4);
    this.y = values.length == 0 ? Scale.of(0, 1, BOTTOM, TOP, 4) : Scale.of(values[(int) (CUT * values.length)], values[values.length - 1], BOTTOM, TOP, 4);
  }

  /** The charts; none when no method trained anything. */
  List<String> draw() {
    List<String> methods = new ArrayList<>(summary.methods(model));
    methods.add(0, StudySpec.FULL);
    return methods.stream().filter(method -> summary.rows(model, method).stream().anyMatch(row -> row.runs().stream().anyMatch(this::trained)))
        .map(this::draw).toList();
  }

  private boolean trained(RunRecord run) {
    return !run.curve().isEmpty();
  }

  private String draw(String method) {
    Svg svg = new Svg(WIDTH, HEIGHT, "Validation AUC of " + model + " by " + method + " after each epoch");
    svg.words("label strong", LEFT, 15, "start", method);
    for (double tick : y.ticks()) {
      svg.line("grid", LEFT, y.at(tick), RIGHT, y.at(tick));
      svg.words("tick", LEFT - 5, y.at(tick) + 4, "end", y.text(tick));
    }
    x.ticks().stream().filter(tick -> tick == Math.rint(tick)).forEach(tick -> svg.words("tick", x.at(tick), BOTTOM + 15, "middle", x.text(tick)));
    svg.words("tick", (LEFT + RIGHT) / 2, BOTTOM + 28, "middle", "epoch");
    svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
    List<StudySummary.Row> rows = summary.rows(model, method).stream().filter(row -> row.runs().stream().anyMatch(this::trained)).toList();
    svg.clip("curves-" + model + "-" + method, LEFT, TOP - 2, RIGHT - LEFT + 4, BOTTOM - TOP + 2);
    for (int i = 0; i < rows.size(); i++) {
      for (RunRecord run : rows.get(i).runs()) {
        points(svg, looks.of(method), faintness(i, rows.size()), run.curve());
      }
    }
    svg.unclip();
    labels(svg, method, rows);
    return svg.finish();
  }

  /** 0 for the largest budget to 4 for the smallest. */
  private static int faintness(int row, int rows) {
    return rows == 1 ? 0 : 4 * row / (rows - 1);
  }

  private void points(Svg svg, Looks.Look look, int faintness, List<Double> curve) {
    double[] points = new double[2 * curve.size()];
    for (int i = 0; i < curve.size(); i++) {
      points[2 * i] = x.at(i + 1);
      points[2 * i + 1] = y.at(curve.get(i));
    }
    svg.polyline("thin f" + faintness + " " + look.style(), points);
    if (curve.size() == 1) {
      svg.shape("mark f" + faintness + " " + look.style(), look.mark(), points[0], points[1]);
    }
  }

  private void labels(Svg svg, String method, List<StudySummary.Row> rows) {
    double[] wanted = rows.stream().mapToDouble(row -> {
      List<Double> longest = row.runs().stream().map(RunRecord::curve).max(Comparator.comparingInt(List::size)).orElseThrow();
      return Math.min(BOTTOM - 2, y.at(longest.get(longest.size() - 1)));
    }).toArray();
    double[] places = LabelPlaces.spread(wanted, LINE, TOP, BOTTOM - 2);
    for (int i = 0; i < places.length; i++) {
      if (!method.equals(StudySpec.FULL)) {
        svg.words("tick", RIGHT + 6, places[i] + 4, "start", RunKey.percent(rows.get(i).budget()));
      }
    }
  }
}
