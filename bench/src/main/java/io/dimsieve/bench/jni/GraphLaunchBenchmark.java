package io.dimsieve.bench.jni;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Graph;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.Add;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.Tensor;
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

/** Small kernels one by one, and recorded and launched as one: sixteen additions each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class GraphLaunchBenchmark {

  private static final int FLOATS = 16;

  @Param({"1", "20"})
  public int calls;

  private Backend backend;
  private Arena arena;
  private Add add;
  private Graph graph;

  @Setup
  public void setUp() {
    backend = Backend.cpu(1);
    arena = new Arena(backend);
    Tensor one = Tensor.floats(backend, arena, 1, FLOATS);
    Tensor count = Tensor.floats(backend, arena, 1, FLOATS);
    one.set(0, new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    add = new Add(backend, new Variable(one, null), new Variable(count, null), new Variable(count, null));
    oneByOne();
    graph = Graph.record(backend, this::oneByOne);
    launch();
    FirstAnswer.expect("count", count.toArray(), i -> 2 * calls);
  }

  @TearDown
  public void tearDown() {
    graph.close();
    arena.close();
    backend.close();
  }

  @Benchmark
  public void oneByOne() {
    for (int i = 0; i < calls; i++) {
      add.forward(1, true);
    }
  }

  @Benchmark
  public void launch() {
    graph.launch();
  }
}
