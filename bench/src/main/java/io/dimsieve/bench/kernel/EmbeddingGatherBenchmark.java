package io.dimsieve.bench.kernel;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.op.EmbeddingGather;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
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

/** Masked gather of a batch of 4096 rows, 39 fields, D = 16: microseconds a batch. The answer is checked before it is timed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class EmbeddingGatherBenchmark {

  private static final int BATCH = 4096;
  private static final int FIELDS = 39;
  private static final int D = 16;

  @Param({"1000", "26000"})
  public int rows;

  @Param({"1", "2"})
  public int threads;

  private Backend backend;
  private Arena arena;
  private EmbeddingGather gather;

  /** Makes tables, a mask and ids that prefer small values, and compares one batch with a plain loop. */
  @Setup(Level.Trial)
  public void setUp() {
    backend = Backend.cpu(threads);
    arena = new Arena(backend);
    int[] tableRows = new int[FIELDS];
    Arrays.fill(tableRows, rows);
    EmbeddingTable table = new EmbeddingTable(backend, arena, EmbeddingLayout.uniform(D, tableRows));
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[(int) table.values().size()];
    float[] mask = new float[FIELDS * D];
    int[] ids = new int[BATCH * FIELDS];
    Arrays.setAll(ids, i -> (int) (rows * random.nextDouble() * random.nextDouble()));
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextInt(2);
    }
    table.values().set(0, values);
    Tensor maskTensor = Tensor.floats(backend, arena, 1, mask.length);
    maskTensor.set(0, mask);
    table.mask(maskTensor);
    Tensor idTensor = Tensor.allocate(backend, arena, Tensor.Type.I32, BATCH, FIELDS);
    try (Block host = HostAllocator.INSTANCE.allocate(4L * ids.length)) {
      for (int i = 0; i < ids.length; i++) {
        host.view().putInt(4 * i, ids[i]);
      }
      backend.copyIn(idTensor.address(), host.address(), host.bytes());
    }
    Variable out = new Variable(Tensor.floats(backend, arena, BATCH, FIELDS * D), null);
    gather = new EmbeddingGather(backend, table, idTensor, out);
    gather.forward(BATCH, true);
    float[] got = out.value().toArray();
    for (int i = 0; i < got.length; i++) {
      int f = i / D % FIELDS;
      float expected = mask[f * D + i % D] * values[(f * rows + ids[i / D]) * D + i % D];
      if (got[i] != expected) {
        throw new IllegalStateException("element " + i + " is " + got[i] + ", expected " + expected);
      }
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    arena.close();
    backend.close();
  }

  @Benchmark
  public void gather() {
    gather.forward(BATCH, true);
  }
}
