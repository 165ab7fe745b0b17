package io.dimsieve.bench.train;

import io.dimsieve.bench.Allocation;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A training step of every model: rows a second, with all columns and with a tenth of them. 39 fields, D = 16. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class TrainingStepBenchmark {

  @Param({"lr", "fm", "wide-deep", "deepfm", "dcnv2", "autoint", "ipnn"})
  public String model;

  @Param
  public TableRule rule;

  @Param
  public Columns columns;

  @Param("10000")
  public int rows;

  @Param("4096")
  public int batch;

  @Param("2")
  public int threads;

  private TrainingLoop loop;

  @Setup
  public void setUp() {
    loop = new TrainingLoop(model, columns.layout(39, 16, rows), rule.spec(), batch, threads);
  }

  @TearDown
  public void tearDown() {
    loop.close();
  }

  @Benchmark
  public double step(Rows done) {
    long before = Allocation.bytes();
    double loss = loop.step();
    done.rows += batch;
    done.allocatedBytes += Allocation.bytes() - before;
    return loss;
  }
}
