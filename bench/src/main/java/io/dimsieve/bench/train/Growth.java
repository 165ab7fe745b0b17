package io.dimsieve.bench.train;

import io.dimsieve.bench.report.GrowthChart;
import io.dimsieve.kernel.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * How the time of a training step grows with the batch, the fields, the dimension, the rows of the tables and the threads, each of them alone. Prints
 * a Markdown table of milliseconds and fitted exponents, and draws {@code growth.svg}. More threads than processors are measured but not fitted.
 *
 * <p>Arguments: folder for the picture, then optionally seconds for each point (0.5).
 */
public final class Growth {

  private static final List<String> MODELS = List.of("fm", "deepfm");
  private static final int LEAST_STEPS = 5;

  /** Sizes of a step; {@link #BASE} but for one of them. */
  private record Sizes(int batch, int fields, int dimension, int rows, int threads) {

    double seconds(String model, double time) {
      try (TrainingLoop loop = new TrainingLoop(model, Columns.FULL.layout(fields, dimension, rows), TableRule.ADAM.spec(), batch, threads)) {
        for (int i = 0; i < LEAST_STEPS; i++) {
          loop.step();
        }
        List<Long> steps = new ArrayList<>();
        long begin = System.nanoTime();
        for (long last = begin; steps.size() < LEAST_STEPS || last - begin < 1e9 * time; ) {
          loop.step();
          long now = System.nanoTime();
          steps.add(now - last);
          last = now;
        }
        return 1e-9 * steps.stream().sorted().toList().get(steps.size() / 2);
      }
    }
  }

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final Sizes BASE = new Sizes(2048, 39, 16, 10_000, Math.min(2, PROCESSORS));

  /** One of the sizes, by name and values, and the step that has one of the values. */
  private record Quantity(String name, int[] values, IntFunction<Sizes> step) {}

  private static final List<Quantity> QUANTITIES = List.of(
      new Quantity("batch", new int[] {512, 1024, 2048, 4096, 8192}, n -> new Sizes(n, BASE.fields, BASE.dimension, BASE.rows, BASE.threads)),
      new Quantity("fields", new int[] {5, 10, 20, 40, 80}, n -> new Sizes(BASE.batch, n, BASE.dimension, BASE.rows, BASE.threads)),
      new Quantity("dimension", new int[] {4, 8, 16, 32, 64}, n -> new Sizes(BASE.batch, BASE.fields, n, BASE.rows, BASE.threads)),
      new Quantity(
          "rows of each table", new int[] {250, 1000, 4000, 16_000, 64_000},
          n -> new Sizes(BASE.batch, BASE.fields, BASE.dimension, n, BASE.threads)),
      new Quantity("threads", new int[] {1, 2, 4, 8, 16}, n -> new Sizes(BASE.batch, BASE.fields, BASE.dimension, BASE.rows, n)));

  private Growth() {}

  public static void main(String[] arguments) {
    double time = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 0.5;
    String machine;
    try (Backend backend = Backend.cpu(BASE.threads)) {
      machine = backend.description();
    }
    String base = String.format(
        Locale.ROOT, "batch %d, %d fields, dimension %d, %,d rows a table; %s", BASE.batch, BASE.fields, BASE.dimension, BASE.rows, machine);
    System.out.printf("Milliseconds of a training step; but for what grows: %s%n%n", base);
    System.out.println("| grows | model | at | milliseconds | exponent |\n|---|---|---|---|---|");
    List<GrowthChart.Panel> panels = new ArrayList<>();
    for (Quantity quantity : QUANTITIES) {
      GrowthChart.Panel panel = measure(quantity, time);
      panels.add(panel);
      for (String model : MODELS) {
        System.out.printf(
            Locale.ROOT, "| %s | %s | %s | %s | %.2f |%n", quantity.name, model, join(panel.values(), 1, "%,.0f"),
            join(panel.seconds().get(model), 1e3, "%.2f"), panel.law(model).exponent());
      }
    }
    GrowthChart.write(panels, "but for what grows: " + base, Path.of(arguments[0], "growth.svg"));
  }

  private static GrowthChart.Panel measure(Quantity quantity, double time) {
    Map<String, double[]> seconds = new LinkedHashMap<>();
    for (String model : MODELS) {
      seconds.put(model, Arrays.stream(quantity.values).mapToDouble(n -> quantity.step.apply(n).seconds(model, time)).toArray());
    }
    int fitted = quantity.name.equals("threads") ? (int) Arrays.stream(quantity.values).filter(n -> n <= PROCESSORS).count() : quantity.values.length;
    return new GrowthChart.Panel(quantity.name, Arrays.stream(quantity.values).asDoubleStream().toArray(), Math.max(2, fitted), seconds);
  }

  private static String join(double[] values, double scale, String format) {
    return String.join(", ", Arrays.stream(values).mapToObj(value -> String.format(Locale.ROOT, format, scale * value)).toList());
  }
}
