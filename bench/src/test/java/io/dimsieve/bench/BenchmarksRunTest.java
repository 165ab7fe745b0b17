package io.dimsieve.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.bench.kernel.EmbeddingGatherBenchmark;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks run and check their answers; no time is asserted. */
class BenchmarksRunTest {

  @Test
  void embeddingGatherRuns() throws RunnerException {
    int results = new Runner(new OptionsBuilder()
        .include(EmbeddingGatherBenchmark.class.getSimpleName()).param("rows", "1000").param("threads", "1").forks(0).warmupIterations(0)
        .measurementIterations(1).measurementTime(TimeValue.milliseconds(50)).verbosity(VerboseMode.SILENT).build()).run().size();
    assertEquals(1, results);
  }
}
