package io.dimsieve.bench.jni;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.binding.Native;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The way into native code and back: a kernel that is given nothing to do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class NativeCallBenchmark {

  private Backend backend;
  private Arena arena;
  private long handle;
  private long stream;
  private long address;
  private Add add;

  @Setup
  public void setUp() {
    backend = Backend.cpu(1);
    arena = new Arena(backend);
    handle = backend.handle();
    stream = backend.stream();
    Tensor tensor = Tensor.floats(backend, arena, 1, 1);
    address = tensor.address();
    Variable value = new Variable(tensor, null);
    add = new Add(backend, value, value, value);
    if (bound() != 0 || Native.ds_add(handle, stream, address, address, address, -1) == 0) {
      throw new IllegalStateException("the kernel is not called");
    }
  }

  @TearDown
  public void tearDown() {
    arena.close();
    backend.close();
  }

  /** The bound function on addresses. */
  @Benchmark
  public int bound() {
    return Native.ds_add(handle, stream, address, address, address, 0);
  }

  /** An operation of a graph: addresses of tensors, the bound function, its status. */
  @Benchmark
  public void operation() {
    add.forward(0, true);
  }
}
