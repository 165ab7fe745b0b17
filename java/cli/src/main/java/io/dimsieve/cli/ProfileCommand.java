package io.dimsieve.cli;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Ceilings;
import io.dimsieve.kernel.Profiler;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    description = "Runs a command and tells what its kernels took, how near they came to what the machine can do, and what was spent outside them.")
final class ProfileCommand implements Callable<Integer> {

  private static final int SPANS = 1 << 18; // of a stream; 6 MiB

  @ParentCommand
  private Main main;

  @Option(names = "--trace", paramLabel = "FILE", description = "also write every kernel call as a Chrome trace (chrome://tracing, ui.perfetto.dev)")
  private Path trace;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "a verb with its options, as behind `dimsieve`")
  private List<String> command;

  @Override
  public Integer call() {
    if (trace != null) {
      Writable.check(trace);
    }
    Profiler profiler = Profiler.start(trace == null ? 0 : SPANS);
    ProfileTable table;
    int code;
    try {
      long begin = System.nanoTime();
      code = main.run(command.toArray(String[]::new));
      double seconds = (System.nanoTime() - begin) * 1e-9;
      table = new ProfileTable(profiler.totals(), profiler.stages(), seconds);
      if (trace != null) {
        ChromeTrace.write(trace, profiler.spans(), begin);
      }
    } finally {
      profiler.close();
    }
    try (Backend backend = profiler.another()) {
      table.print(System.out, backend == null ? null : backend.description(), backend == null ? null : Ceilings.measure(backend));
    }
    return code;
  }
}
