package io.dimsieve.bench.report;

import io.dimsieve.study.report.LabelPlaces;
import io.dimsieve.study.report.Svg;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Step time against one size after the other: a panel for each, on logarithmic axes of one range of times, a line for each model with the exponent at its
 * end.
 */
public final class GrowthChart {

  private static final double WIDTH = 375;
  private static final double HEIGHT = 300;
  private static final int ACROSS = 3;
  private static final double LEFT = 62;
  private static final double RIGHT = 262;
  private static final double TOP = 40;
  private static final double BOTTOM = 250;
  private static final double HEAD = 56;
  private static final String DOT = "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0Z";

  /**
   * What one panel shows.
   *
   * @param quantity what grows
   * @param values of it
   * @param fitted how many of the first values the exponent is of
   * @param seconds of a step at each value, by model
   */
  public record Panel(String quantity, double[] values, int fitted, Map<String, double[]> seconds) {

    /** How the time of a model's step grows. */
    public PowerLaw law(String model) {
      return PowerLaw.fit(Arrays.copyOf(values, fitted), Arrays.copyOf(seconds.get(model), fitted));
    }
  }

  private GrowthChart() {}

  /** Draws the panels to a file. */
  public static void write(List<Panel> panels, String note, Path file) {
    int lines = (panels.size() + ACROSS - 1) / ACROSS;
    Svg svg = Drawing.begin(ACROSS * WIDTH, HEAD + lines * HEIGHT, "How the time of a training step grows");
    svg.words("title", 16, 26, "start", "Milliseconds of a training step");
    svg.words("note", 16, 46, "start", note);
    double[] all = panels.stream().flatMapToDouble(panel -> panel.seconds().values().stream().flatMapToDouble(Arrays::stream))
        .map(seconds -> 1e3 * seconds).sorted().toArray();
    for (int i = 0; i < panels.size(); i++) {
      draw(svg, panels.get(i), i % ACROSS * WIDTH, HEAD + i / ACROSS * HEIGHT, all[0] / 1.3, all[all.length - 1] * 1.3);
    }
    Drawing.write(svg, file);
  }

  private static void draw(Svg svg, Panel panel, double left, double top, double low, double high) {
    double[] values = panel.values();
    LogAxis x = new LogAxis(values[0] / 1.2, values[values.length - 1] * 1.2, left + LEFT, left + RIGHT);
    LogAxis y = new LogAxis(low, high, top + BOTTOM, top + TOP);
    svg.words("strong", left + LEFT, top + TOP - 12, "start", panel.quantity());
    for (double tick : y.ticks()) {
      svg.line("grid", left + LEFT, y.at(tick), left + RIGHT, y.at(tick));
      svg.words("tick", left + LEFT - 7, y.at(tick) + 4, "end", LogAxis.text(tick));
    }
    for (double value : values) {
      svg.line("axis", x.at(value), top + BOTTOM, x.at(value), top + BOTTOM + 5);
      svg.words("tick", x.at(value), top + BOTTOM + 19, "middle", LogAxis.text(value));
    }
    svg.line("axis", left + LEFT, top + BOTTOM, left + RIGHT, top + BOTTOM);
    List<String> models = List.copyOf(panel.seconds().keySet());
    double[] ends = models.stream().mapToDouble(model -> y.at(1e3 * panel.seconds().get(model)[values.length - 1])).toArray();
    double[] places = LabelPlaces.spread(ends, 17, top + TOP + 6, top + BOTTOM);
    for (int m = 0; m < models.size(); m++) {
      double[] seconds = panel.seconds().get(models.get(m));
      double[] points = new double[2 * values.length];
      for (int i = 0; i < values.length; i++) {
        points[2 * i] = x.at(values[i]);
        points[2 * i + 1] = y.at(1e3 * seconds[i]);
      }
      svg.polyline("curve c" + m, points);
      for (int i = 0; i < values.length; i++) {
        svg.shape("mark c" + m, DOT, points[2 * i], points[2 * i + 1]);
      }
      svg.words("label", left + RIGHT + 8, places[m] + 4, "start",
          String.format(Locale.ROOT, "%s n^%.2f", models.get(m), panel.law(models.get(m)).exponent()));
    }
  }
}
