package io.dimsieve.study.report;

import io.dimsieve.study.RunKey;
import io.dimsieve.study.Statistic;
import io.dimsieve.study.StudySpec;
import io.dimsieve.study.StudySummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * Quality against stored bytes: one line for each method, standard errors as bars, names at the line ends. The share of bytes falls from
 * left to right, so that the lines end where methods differ most; the full model is a band across. The frame leaves out what lies far off the rest: a
 * point much smaller than the smallest budget, or several times as far from the best as most are, stands at the frame's edge, and the chart says so.
 */
final class CurveChart {

  private static final double WIDTH = 540;
  private static final double HEIGHT = 360;
  private static final double LEFT = 56;
  private static final double RIGHT = 424;
  private static final double TOP = 14;
  private static final double BOTTOM = 312;
  private static final double LINE = 16;
  private static final double FAR = 3; // times the median distance from the best
  private static final double[] SHARES = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001};

  private final StudySummary summary;
  private final String model;
  private final Looks looks;
  private final Function<StudySummary.Row, Statistic> quantity;
  private final boolean higherIsBetter;
  private final double smallest;
  private final Scale y;

  CurveChart(StudySummary summary, String model, Looks looks, Function<StudySummary.Row, Statistic> quantity, boolean higherIsBetter) {
    this.summary = summary;
    this.model = model;
    this.looks = looks;
    this.quantity = quantity;
    this.higherIsBetter = higherIsBetter;
    List<StudySummary.Row> rows = summary.rows(model);
    double budget = rows.stream().mapToDouble(StudySummary.Row::budget).min().orElse(0.5);
    this.smallest = Math.min(0.5, Math.max(budget / 4, rows.stream().mapToDouble(StudySummary.Row::share).min().orElse(0.5)));
    double best = (higherIsBetter ? ends(rows, true).max() : ends(rows, false).min()).orElse(0);
    double[] distances = ends(rows, !higherIsBetter).map(end -> Math.abs(end - best)).sorted().toArray();
    double most = distances.length == 0 ? 0 : Math.min(distances[distances.length - 1], FAR * distances[distances.length / 2]);
    double pad = most * 0.09 + 1e-6;
    double worst = best + (higherIsBetter ? -most : most);
    this.y = Scale.of(Math.min(best, worst) - pad, Math.max(best, worst) + pad, BOTTOM, TOP, 6);
  }

  /** Upper or lower ends of the error bars. */
  private DoubleStream ends(List<StudySummary.Row> rows, boolean upper) {
    return rows.stream().map(quantity).mapToDouble(s -> upper ? s.mean() + error(s) : s.mean() - error(s));
  }

  private static double error(Statistic statistic) {
    return Double.isNaN(statistic.error()) ? 0 : statistic.error();
  }

  private double x(double share) {
    double inner = 14;
    return LEFT + inner + Math.log(Math.max(smallest, share)) / Math.log(smallest) * (RIGHT - LEFT - 2 * inner);
  }

  private double y(double value) {
    return Math.max(TOP, Math.min(BOTTOM, y.at(value)));
  }

  private boolean outside(StudySummary.Row row) {
    double at = y.at(quantity.apply(row).mean());
    return row.share() < smallest || at < TOP || at > BOTTOM;
  }

  String draw(String label) {
    Svg svg = new Svg(WIDTH, HEIGHT, label + " of " + model + " against the share of bytes kept, one line for each method");
    axes(svg);
    reference(svg);
    List<String> methods = summary.methods(model);
    List<double[]> ends = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      // A small shift keeps error bars of methods at one budget from covering each other.
      ends.add(line(svg, methods.get(i), 1.6 * (i - (methods.size() - 1) / 2.0)));
    }
    double[] places = LabelPlaces.spread(ends.stream().mapToDouble(end -> end[1]).toArray(), LINE, TOP + 4, BOTTOM - 2);
    for (int i = 0; i < methods.size(); i++) {
      Looks.Look look = looks.of(methods.get(i));
      svg.polyline("leader " + look.style(), ends.get(i)[0] + 6, ends.get(i)[1], RIGHT, ends.get(i)[1], RIGHT + 10, places[i]);
      svg.shape("mark " + look.style(), look.mark(), RIGHT + 16, places[i]);
      svg.words("label" + (methods.get(i).equals(StudySpec.UNIFORM) ? " strong" : ""), RIGHT + 25, places[i] + 4, "start", methods.get(i));
    }
    return svg.finish();
  }

  private void axes(Svg svg) {
    for (double tick : y.ticks()) {
      svg.line("grid", LEFT, y.at(tick), RIGHT, y.at(tick));
      svg.words("tick", LEFT - 6, y.at(tick) + 4, "end", y.text(tick));
    }
    for (double share : SHARES) {
      if (share >= smallest) {
        svg.line("axis", x(share), BOTTOM, x(share), BOTTOM + 5);
        svg.words("tick", x(share), BOTTOM + 19, "middle", RunKey.percent(share));
      }
    }
    svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
    svg.words("tick", (LEFT + RIGHT) / 2, BOTTOM + 38, "middle", "share of the uniform tables' bytes kept (log scale)"
        + (summary.rows(model).stream().anyMatch(this::outside) ? "; marks at the edge lie beyond it" : ""));
  }

  private void reference(Svg svg) {
    for (StudySummary.Row row : summary.rows(model, StudySpec.FULL)) {
      Statistic s = quantity.apply(row);
      double at = y.at(s.mean());
      double half = Math.max(1, Math.abs(y.at(s.mean() + error(s)) - at));
      svg.rectangle("band", LEFT, at - half, RIGHT - LEFT, 2 * half);
      svg.line("full", LEFT, at, RIGHT, at);
      svg.words("note", RIGHT - 4, higherIsBetter ? at - half - 5 : at + half + 13, "end", String.format(Locale.ROOT, "full model %.4f", s.mean()));
    }
  }

  /** Draws a method's line; gives where it ends. */
  private double[] line(Svg svg, String method, double shift) {
    List<StudySummary.Row> rows = summary.rows(model, method);
    String style = looks.of(method).style();
    double[] points = new double[2 * rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      points[2 * i] = x(rows.get(i).share()) + shift;
      points[2 * i + 1] = y(quantity.apply(rows.get(i)).mean());
    }
    svg.polyline("curve " + style, points);
    for (int i = 0; i < rows.size(); i++) {
      Statistic s = quantity.apply(rows.get(i));
      if (error(s) > 0) {
        double above = y(s.mean() + error(s));
        double below = y(s.mean() - error(s));
        svg.line("error " + style, points[2 * i], above, points[2 * i], below);
        svg.line("error " + style, points[2 * i] - 2.5, above, points[2 * i] + 2.5, above);
        svg.line("error " + style, points[2 * i] - 2.5, below, points[2 * i] + 2.5, below);
      }
    }
    for (int i = 0; i < rows.size(); i++) {
      svg.shape("mark " + style, looks.of(method).mark(), points[2 * i], points[2 * i + 1]);
    }
    return new double[] {points[points.length - 2], points[points.length - 1]};
  }
}
