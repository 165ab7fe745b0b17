package io.dimsieve.bench.report;

import io.dimsieve.kernel.Ceilings;
import io.dimsieve.study.report.Svg;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Kernels in the plane of flops a byte and flops a second, under the lines that memory and arithmetic draw (Williams, Waterman & Patterson 2009). A
 * kernel stands there once: the last of its measurements, which is that of the most threads and the largest sizes. Each dot has a number, and the
 * list beside it says what it is.
 */
final class Roofline {

  private static final double WIDTH = 1280;
  private static final double LEFT = 70;
  private static final double RIGHT = 690;
  private static final double TOP = 54;
  private static final double LINE = 17;
  private static final double RADIUS = 8.5;
  private static final double KEY = 420;
  private static final double LIST = 725;
  private static final double[] COLUMNS = {LIST + 25, 1105, 1175, 1260};
  private static final double[] RINGS = {0, 24, 38, 54, 72, 92};
  private static final int ANGLES = 16;
  private static final String CIRCLE = "M-8.5 0a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0Z";
  private static final String DOT = "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z";

  /** A place in the picture. */
  private record Place(double x, double y) {

    boolean far(Place other, double distance) {
      return Math.hypot(x - other.x, y - other.y) >= distance;
    }
  }

  private record Point(String label, double intensity, Measurement measurement) {

    double gigaflops() {
      return measurement.metric("gigaflops");
    }
  }

  private final String machine;
  private final Ceilings ceilings;
  private final List<Point> points = new ArrayList<>();
  private final List<String> withoutFlops = new ArrayList<>();
  private final double bottom;
  private final LogAxis x;
  private final LogAxis y;

  Roofline(List<Measurement> kernels, String machine, Ceilings ceilings) {
    this.machine = machine;
    this.ceilings = ceilings;
    Map<String, Measurement> last = new LinkedHashMap<>();
    kernels.forEach(kernel -> last.put(label(kernel), kernel));
    last.forEach((label, kernel) -> {
      if (kernel.metric("gigaflops") > 0) {
        points.add(new Point(label, kernel.metric("gigaflops") / kernel.metric("gigabytes"), kernel));
      } else {
        withoutFlops.add(label);
      }
    });
    points.sort((a, b) -> Double.compare(a.intensity(), b.intensity()));
    bottom = Math.max(560, TOP + LINE * (points.size() + 2));
    double least = points.stream().mapToDouble(Point::intensity).min().orElse(0.1);
    double most = points.stream().mapToDouble(Point::intensity).max().orElse(10);
    double slowest = points.stream().mapToDouble(Point::gigaflops).min().orElse(1);
    x = new LogAxis(least / 2, Math.max(most, ceilings.flops() / ceilings.rows()) * 2, LEFT, RIGHT);
    y = new LogAxis(Math.min(slowest, 1e-9 * ceilings.rows() * x.low()) / 1.5, 1e-9 * ceilings.flops() * 2, bottom, TOP);
  }

  /** The kernel's name and the parameters that are no numbers and not the same for all: which half of it. */
  private static String label(Measurement kernel) {
    return kernel.name() + kernel.parameters().entrySet().stream()
        .filter(entry -> List.of("pass", "part", "precision").contains(entry.getKey()))
        .map(entry -> " " + ResultTable.words(entry.getValue())).collect(Collectors.joining());
  }

  Svg draw() {
    Svg svg = Drawing.begin(WIDTH, bottom + 78, "Kernels under the roofline of " + machine);
    svg.words("title", LEFT, 24, "start", "Kernels under the roofline");
    svg.words("note", LEFT, 42, "start", machine);
    axes(svg);
    ceilings(svg);
    dots(svg);
    list(svg);
    if (!withoutFlops.isEmpty()) {
      svg.words("note", LEFT, bottom + 62, "start", "Not shown, because they compute nothing: " + String.join(", ", withoutFlops));
    }
    return svg;
  }

  private void axes(Svg svg) {
    for (double tick : x.ticks()) {
      svg.line("grid", x.at(tick), TOP, x.at(tick), bottom);
      svg.words("tick", x.at(tick), bottom + 17, "middle", LogAxis.text(tick));
    }
    for (double tick : y.ticks()) {
      svg.line("grid", LEFT, y.at(tick), RIGHT, y.at(tick));
      svg.words("tick", LEFT - 7, y.at(tick) + 4, "end", LogAxis.text(tick));
    }
    svg.line("axis", LEFT, bottom, RIGHT, bottom);
    svg.line("axis", LEFT, TOP, LEFT, bottom);
    svg.words("tick", (LEFT + RIGHT) / 2, bottom + 37, "middle", "arithmetic intensity, flops a byte (log scale)");
    svg.words("tick", LEFT + 6, TOP + 12, "start", "GFLOP/s (log scale)");
  }

  /** Memory lines end at the roof of arithmetic; a key in the corner that they leave free names them. */
  private void ceilings(Svg svg) {
    double roof = 1e-9 * ceilings.flops();
    svg.line("ceiling", x.at(ceilings.flops() / Math.max(ceilings.read(), ceilings.copy())), y.at(roof), RIGHT, y.at(roof));
    svg.words("label", RIGHT - 4, y.at(roof) - 7, "end", "fused multiply-adds, " + ResultTable.number(roof) + " GFLOP/s");
    String[] names = {"read in order", "copy", "rows of 64 bytes in no order"};
    double[] bytes = {ceilings.read(), ceilings.copy(), ceilings.rows()};
    for (int i = 0; i < names.length; i++) {
      double line = bottom - 10 - LINE * (names.length - 1 - i);
      svg.line("ceiling c" + i, LEFT, y.at(1e-9 * bytes[i] * x.low()), x.at(ceilings.flops() / bytes[i]), y.at(roof));
      svg.rectangle("key c" + i, KEY, line - 6, 16, 3);
      svg.words("label", KEY + 22, line, "start", names[i] + ", " + ResultTable.number(1e-9 * bytes[i]) + " GB/s");
    }
  }

  private void dots(Svg svg) {
    List<Place> dots = points.stream().map(point -> new Place(x.at(point.intensity()), y.at(point.gigaflops()))).toList();
    List<Place> numbers = new ArrayList<>();
    for (Place dot : dots) {
      numbers.add(free(dot, dots, numbers));
    }
    for (int i = 0; i < dots.size(); i++) {
      svg.line("leader", dots.get(i).x(), dots.get(i).y(), numbers.get(i).x(), numbers.get(i).y());
    }
    for (int i = 0; i < dots.size(); i++) {
      svg.shape("dot", DOT, dots.get(i).x(), dots.get(i).y());
      svg.shape("bubble", CIRCLE, numbers.get(i).x(), numbers.get(i).y());
      svg.words("number", numbers.get(i).x(), numbers.get(i).y() + 4, "middle", Integer.toString(i + 1));
    }
  }

  /** The nearest place for a dot's number that covers neither another dot nor another number. */
  private Place free(Place dot, List<Place> dots, List<Place> numbers) {
    for (double ring : RINGS) {
      for (int angle = 0; angle < ANGLES; angle++) {
        Place place = new Place(dot.x() + ring * Math.cos(2 * Math.PI * angle / ANGLES), dot.y() - ring * Math.sin(2 * Math.PI * angle / ANGLES));
        boolean inside = place.x() > LEFT + RADIUS && place.x() < RIGHT - RADIUS && place.y() > TOP + RADIUS && place.y() < bottom - RADIUS;
        if (inside && dots.stream().allMatch(other -> other == dot || other.far(place, RADIUS + 4))
            && numbers.stream().allMatch(other -> other.far(place, 2 * RADIUS + 1))) {
          return place;
        }
      }
    }
    return dot;
  }

  private void list(Svg svg) {
    String[] titles = {"", "GB/s", "GFLOP/s", "% of ceiling"};
    for (int i = 1; i < titles.length; i++) {
      svg.words("tick", COLUMNS[i], TOP, "end", titles[i]);
    }
    for (int i = 0; i < points.size(); i++) {
      double line = TOP + LINE * (i + 1);
      Measurement kernel = points.get(i).measurement();
      svg.words("label", LIST + 16, line, "end", Integer.toString(i + 1));
      svg.words("label", COLUMNS[0], line, "start", points.get(i).label());
      svg.words("label", COLUMNS[1], line, "end", ResultTable.number(kernel.metric("gigabytes")));
      svg.words("label", COLUMNS[2], line, "end", ResultTable.number(kernel.metric("gigaflops")));
      svg.words("label", COLUMNS[3], line, "end", ResultTable.number(kernel.metric("percentOfCeiling")));
    }
    svg.words("note", COLUMNS[0], TOP + LINE * (points.size() + 2), "start", "More than 100 % where the data lie in caches.");
  }
}
