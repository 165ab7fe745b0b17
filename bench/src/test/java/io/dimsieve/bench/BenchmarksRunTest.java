package io.dimsieve.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, on little, and its answer is what it expects; no time is asserted. */
class BenchmarksRunTest {

  static Stream<String> benchmarks() {
    return BenchmarkList.defaultList().getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of()).stream()
        .map(entry -> entry.getUserClassQName()).distinct().sorted();
  }

  /** Sizes are small; of all other parameters every value runs. */
  @ParameterizedTest
  @MethodSource("benchmarks")
  void runs(String benchmark) throws RunnerException {
    assertFalse(new Runner(new OptionsBuilder()
        .include("^" + benchmark.replace(".", "\\.") + "\\.")
        .param("rows", "100").param("batch", "70").param("threads", "2").param("parameters", "1000")
        .forks(0).warmupIterations(0).measurementIterations(1).measurementTime(TimeValue.milliseconds(1)).shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT).build()).run().isEmpty());
  }
}
