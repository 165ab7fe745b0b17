package io.dimsieve.cli;

import io.dimsieve.kernel.Ceilings;
import io.dimsieve.kernel.KernelTotals;
import io.dimsieve.kernel.Profiler;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a profiled command spent its time on: stages, then kernels, the longest first.
 *
 * @param seconds of the whole command
 */
record ProfileTable(List<KernelTotals> kernels, List<Profiler.Stage> stages, double seconds) {

  /**
   * Prints the tables.
   *
   * @param device what the command computed on
   * @param ceilings of that; null where nothing was computed
   */
  void print(PrintStream out, String device, Ceilings ceilings) {
    double inKernels = kernels.stream().mapToDouble(KernelTotals::seconds).sum();
    out.printf(Locale.ROOT, "%n%.2f s%s, of that %.2f s in kernels%n%n", seconds, device == null ? "" : " on " + device, inKernels);
    out.printf(Locale.ROOT, "%-28s %8s %10s %7s %14s%n", "stage", "times", "s", "share", "in kernels");
    double elsewhere = seconds;
    double kernelsElsewhere = inKernels;
    for (Profiler.Stage stage : stages) {
      stage(out, stage.name(), Long.toString(stage.calls()), stage.seconds(), stage.kernelSeconds());
      elsewhere -= stage.seconds();
      kernelsElsewhere -= stage.kernelSeconds();
    }
    stage(out, "elsewhere", "", elsewhere, kernelsElsewhere);
    if (ceilings == null || kernels.isEmpty()) {
      return;
    }
    out.printf(
        Locale.ROOT, "%n%-28s %8s %10s %7s %10s %8s %9s %8s%n", "kernel", "calls", "s", "share", "us a call", "GB/s", "GFLOP/s", "ceiling");
    kernels.stream().sorted(Comparator.comparingDouble(KernelTotals::seconds).reversed()).forEach(k -> out.printf(
        Locale.ROOT, "%-28s %8d %10.3f %6.1f%% %10.1f %8.1f %9.1f %7.0f%%%n", k.name(), k.calls(), k.seconds(), 100 * k.seconds() / inKernels,
        k.seconds() / k.calls() * 1e6, k.bytes() / k.seconds() * 1e-9, k.flops() / k.seconds() * 1e-9,
        100 * ceilings.seconds(k.bytes(), k.flops()) / k.seconds()));
    out.printf(
        Locale.ROOT, "%nThis machine: read %.1f, copy %.1f, triad %.1f, random rows of 64 bytes %.1f GB/s; %.0f GFLOP/s of multiply-adds; %.1f us to start"
            + " and end a parallel region.%nceiling: the time that copying as many bytes from memory or as many flops would take, the longer of them, over the"
            + " kernel's; more than 100 %% where data lie in caches.%n",
        ceilings.read() * 1e-9, ceilings.copy() * 1e-9, ceilings.triad() * 1e-9, ceilings.rows() * 1e-9, ceilings.flops() * 1e-9, ceilings.fork() * 1e6);
  }

  private void stage(PrintStream out, String name, String times, double spent, double inKernels) {
    out.printf(
        Locale.ROOT, "%-28s %8s %10.3f %6.1f%% %13.1f%%%n", name, times, spent, 100 * spent / seconds, spent > 0 ? 100 * Math.max(0, inKernels) / spent : 0);
  }
}
