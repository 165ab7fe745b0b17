package io.dimsieve.bench.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * One line of JMH's results; each number is the median of its iterations.
 *
 * @param group last part of the package's name
 * @param name of the class without "Benchmark", and of the method where a class has several
 * @param parameters by name
 * @param seconds a call
 * @param metrics what else was counted, by name, a second; {@code allocated} is bytes of heap a call, those that the benchmark counted itself, or those of
 *     JMH's profiler, which spreads some thousand bytes of its own over the calls of an iteration
 */
record Measurement(String group, String name, Map<String, String> parameters, double seconds, Map<String, Double> metrics) {

  private static final Map<String, Double> UNITS = Map.of("ns/op", 1e-9, "us/op", 1e-6, "ms/op", 1e-3, "s/op", 1.0);

  /** Reads the file that {@code -rf json} writes. */
  static List<Measurement> read(Path file) throws IOException {
    List<Measurement> all = new ArrayList<>();
    for (JsonElement result : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
      all.add(of(result.getAsJsonObject()));
    }
    return all;
  }

  private static Measurement of(JsonObject result) {
    String[] path = result.get("benchmark").getAsString().split("\\.");
    String method = path[path.length - 1];
    String name = path[path.length - 2].replaceFirst("Benchmark$", "") + (method.equals("run") ? "" : "." + method);
    Map<String, String> parameters = new LinkedHashMap<>();
    if (result.has("params")) {
      result.getAsJsonObject("params").entrySet().forEach(entry -> parameters.put(entry.getKey(), entry.getValue().getAsString()));
    }
    JsonObject primary = result.getAsJsonObject("primaryMetric");
    String unit = primary.get("scoreUnit").getAsString();
    double score = median(primary);
    Map<String, Double> metrics = new LinkedHashMap<>();
    result.getAsJsonObject("secondaryMetrics").entrySet().forEach(entry -> metrics.put(entry.getKey(), median(entry.getValue().getAsJsonObject())));
    double seconds = unit.equals("ops/s") ? 1 / score : score * UNITS.get(unit);
    if (metrics.containsKey("allocatedBytes")) {
      metrics.put("allocated", metrics.get("allocatedBytes") * seconds);
    } else if (metrics.containsKey("gc.alloc.rate.norm")) {
      metrics.put("allocated", metrics.get("gc.alloc.rate.norm"));
    }
    return new Measurement(path[path.length - 3], name, parameters, seconds, metrics);
  }

  private static double median(JsonObject metric) {
    JsonArray forks = metric.getAsJsonArray("rawData");
    double[] values = StreamSupport.stream(forks.spliterator(), false)
        .flatMap(fork -> StreamSupport.stream(fork.getAsJsonArray().spliterator(), false)).mapToDouble(JsonElement::getAsDouble).toArray();
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** A number that was counted; NaN where it was not. */
  double metric(String metric) {
    return metrics.getOrDefault(metric, Double.NaN);
  }
}
