package io.dimsieve.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Measurements of one group as a Markdown table: benchmark, parameters, time of a call, and a column for each number that any of them has. */
final class ResultTable {

  /** A unit of time and how many make a second; from the coarsest on. */
  private record Unit(String name, double perSecond) {}

  private static final List<Unit> UNITS = List.of(new Unit("s", 1), new Unit("ms", 1e3), new Unit("µs", 1e6), new Unit("ns", 1e9));
  private static final String ALLOCATED = "allocated";
  private static final Map<String, String> TITLES = titles();

  private ResultTable() {}

  /** Column titles of what is counted, in order. */
  private static Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("rows", "rows/s");
    titles.put("megabytes", "MB/s");
    titles.put("gigabytes", "GB/s");
    titles.put("gigaflops", "GFLOP/s");
    titles.put("percentOfCeiling", "% of ceiling");
    titles.put(ALLOCATED, "bytes allocated");
    return titles;
  }

  static String of(List<Measurement> measurements) {
    List<String> counted = TITLES.keySet().stream().filter(metric -> measurements.stream().anyMatch(m -> m.metrics().containsKey(metric))).toList();
    List<String> head = new ArrayList<>(List.of("benchmark", "parameters", "time"));
    counted.forEach(metric -> head.add(TITLES.get(metric)));
    StringBuilder table = new StringBuilder(line(head)).append(line(head.stream().map(title -> "---").toList()));
    for (Measurement m : measurements) {
      List<String> cells = new ArrayList<>(List.of(m.name(), parameters(m), time(m.seconds())));
      counted.forEach(metric -> cells.add(number(m.metric(metric))));
      table.append(line(cells));
    }
    return table.toString();
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** Without those that say nothing. */
  private static String parameters(Measurement m) {
    return m.parameters().entrySet().stream().filter(entry -> !entry.getValue().isEmpty() && !entry.getValue().equals("best"))
        .map(entry -> entry.getKey() + " " + words(entry.getValue())).collect(Collectors.joining(", "));
  }

  /** The constant of an enumeration as people write it. */
  static String words(String constant) {
    return constant.equals(constant.toUpperCase(Locale.ROOT)) ? constant.toLowerCase(Locale.ROOT).replace('_', ' ') : constant;
  }

  /** In the coarsest unit of which there is a whole one. */
  static String time(double seconds) {
    Unit unit = UNITS.stream().filter(each -> seconds * each.perSecond >= 1).findFirst().orElse(UNITS.get(UNITS.size() - 1));
    return number(seconds * unit.perSecond) + " " + unit.name;
  }

  /** Three digits that count; nothing for what was not counted. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 99.95 ? "%,.0f" : size >= 9.995 ? "%.1f" : size >= 0.005 ? "%.2f" : "%.0f", value);
  }
}
