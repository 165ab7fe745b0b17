package io.dimsieve.bench.kernel;

import io.dimsieve.bench.Allocation;
import io.dimsieve.bench.report.MachineCeilings;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Ceilings;
import io.dimsieve.kernel.Device;
import io.dimsieve.kernel.KernelTotals;
import io.dimsieve.kernel.Profiler;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Calls of one kernel, or of the few that make an operation: calls a second, and with them bytes, flops and the share of the machine's ceiling. The
 * first answer is compared with a plain formula; the work of a call is what the profiler counts of the second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public abstract class KernelBenchmark {

  /** baseline, avx2, avx512, or the best of them that the machine has. */
  @Param("best")
  public String isa;

  @Param({"1", "2"})
  public int threads;

  Backend backend;
  Arena arena;
  private final SplittableRandom random = new SplittableRandom(1);
  private Work work;

  /** Makes what {@link #call} reads. */
  abstract void prepare();

  /** What is timed. */
  abstract void call();

  /** Compares what the first call gave with a formula. */
  abstract void check();

  @Setup(Level.Trial)
  public void setUp() {
    List<KernelTotals> second;
    try (Profiler profiler = Profiler.start(0)) {
      backend = Backend.open(Device.CPU, threads, isa.equals("best") ? null : isa);
      arena = new Arena(backend);
      prepare();
      call();
      check();
      profiler.reset();
      call();
      second = profiler.totals();
    }
    Ceilings ceilings = MachineCeilings.of(backend);
    work = second.stream()
        .map(kernel -> new Work(kernel.bytes(), kernel.flops(), ceilings.seconds(kernel.bytes(), kernel.flops())))
        .reduce(new Work(0, 0, 0), Work::plus);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    arena.close();
    backend.close();
  }

  @Benchmark
  public void run(Rates rates) {
    long before = Allocation.bytes();
    call();
    rates.count(work, Allocation.bytes() - before);
  }

  /** Numbers in [−1, 1), the same in every run. */
  final Tensor random(long rows, long columns) {
    Tensor tensor = Tensor.floats(backend, arena, rows, columns);
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    tensor.set(0, values);
    return tensor;
  }

  /** A parameter with random values and gradient. */
  final Weights weights(long rows, long columns) {
    return new Weights("weights", random(rows, columns), random(rows, columns));
  }
}
