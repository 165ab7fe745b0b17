package io.dimsieve.bench.train;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A step of a search beside one of the same training without it, both with all that belongs to them. {@link StepCost} compares them in pairs; here
 * stands what either allocates.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class SearchStepBenchmark {

  private static final int STEPS = 8; // between two waits, so that these cost nothing

  @Param({"", "ham"})
  public String search;

  @Param({"fm", "deepfm"})
  public String model;

  @Param("10000")
  public int rows;

  @Param("4096")
  public int batch;

  @Param("2")
  public int threads;

  private SteppedTraining training;

  @Setup
  public void setUp() throws IOException {
    training = new SteppedTraining(search, model, rows, batch, threads);
  }

  @TearDown
  public void tearDown() throws IOException, InterruptedException {
    training.end();
  }

  @Benchmark
  @OperationsPerInvocation(STEPS)
  public void step(Rows done) {
    long before = training.allocatedBytes();
    training.steps(STEPS);
    done.rows += (long) STEPS * batch;
    done.allocatedBytes += training.allocatedBytes() - before;
  }
}
