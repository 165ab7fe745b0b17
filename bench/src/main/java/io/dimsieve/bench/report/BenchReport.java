package io.dimsieve.bench.report;

import io.dimsieve.file.AtomicFile;
import io.dimsieve.kernel.Ceilings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run of all benchmarks says, for people: {@code report.md} and {@code roofline.svg} from {@code ceilings.json} and {@code results.json} in a
 * folder.
 *
 * <p>Arguments: folder.
 */
public final class BenchReport {

  private BenchReport() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Map<String, Ceilings> ceilings = MachineCeilings.read(folder.resolve("ceilings.json"));
    List<Measurement> measurements = Measurement.read(folder.resolve("results.json"));
    AtomicFile.write(folder.resolve("report.md"), text(ceilings, measurements).getBytes(StandardCharsets.UTF_8));
    List<String> machines = new ArrayList<>(ceilings.keySet());
    String most = machines.get(machines.size() - 1);
    List<Measurement> kernels = measurements.stream().filter(m -> m.group().equals("kernel")).toList();
    Drawing.write(new Roofline(kernels, most, ceilings.get(most)).draw(), folder.resolve("roofline.svg"));
  }

  private static String text(Map<String, Ceilings> ceilings, List<Measurement> measurements) {
    StringBuilder text = new StringBuilder("# Benchmarks\n\nMedians of iterations. Time is that of a call; what it allocates is in bytes a call. The ceiling of "
        + "a kernel is the time its bytes take\nat the speed of a copy, or its flops in registers, whichever is longer; what caches hold can be faster.\n\n");
    text.append("| ceilings | read GB/s | copy GB/s | triad GB/s | rows GB/s | GFLOP/s | parallel region |\n|---|---|---|---|---|---|---|\n");
    ceilings.forEach((machine, c) -> text.append(String.format(
        Locale.ROOT, "| %s | %.1f | %.1f | %.1f | %.1f | %.0f | %s |%n", machine, 1e-9 * c.read(), 1e-9 * c.copy(), 1e-9 * c.triad(), 1e-9 * c.rows(),
        1e-9 * c.flops(), ResultTable.time(c.fork()))));
    text.append("\n![Kernels under the roofline](roofline.svg)\n");
    measurements.stream().map(Measurement::group).distinct().forEach(group -> text.append("\n## ").append(group).append("\n\n")
        .append(ResultTable.of(measurements.stream().filter(m -> m.group().equals(group)).toList())));
    return text.toString();
  }
}
