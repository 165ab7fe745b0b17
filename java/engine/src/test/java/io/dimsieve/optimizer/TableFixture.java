package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.SplittableRandom;

/** A random table, a batch of ids and a gradient of the batch matrix, on two threads. */
final class TableFixture implements AutoCloseable {

  /** Fields of unequal width, one without columns, one wider than a register, one that a batch covers many times. */
  static final EmbeddingLayout MIXED = new EmbeddingLayout(
      18, new int[] {300, 5, 40, 90},
      new int[][] {{0, 2, 5}, {}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17}, {1, 2}});

  final Backend backend = Backend.cpu(2);
  final Arena arena = new Arena(backend);
  final EmbeddingLayout layout;
  final EmbeddingTable table;
  final Tensor ids;
  final Tensor gradient;
  final BatchGroups groups;
  final int capacity;
  final SplittableRandom random;

  TableFixture(EmbeddingLayout layout, int capacity, long seed) {
    this.layout = layout;
    this.capacity = capacity;
    this.random = new SplittableRandom(seed);
    this.table = new EmbeddingTable(backend, arena, layout);
    this.ids = Tensor.allocate(backend, arena, Tensor.Type.I32, capacity, layout.fields());
    this.gradient = Tensor.floats(backend, arena, capacity, layout.columns());
    this.groups = new BatchGroups(backend, arena, ids, table.rows());
    fill(table.values(), 0.3);
  }

  void fill(Tensor tensor, double deviation) {
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    tensor.set(0, values);
  }

  /** A new batch: ids with many repetitions, gradients around 0. Grouped. */
  int[] batch(int rows) {
    int[] batch = new int[rows * layout.fields()];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = (int) (layout.rows(i % layout.fields()) * random.nextDouble() * random.nextDouble());
    }
    setIds(batch);
    fill(gradient, 0.1);
    groups.group(rows);
    return batch;
  }

  void setIds(int[] batch) {
    try (Block host = HostAllocator.INSTANCE.allocate(4L * batch.length)) {
      for (int i = 0; i < batch.length; i++) {
        host.view().putInt(4 * i, batch[i]);
      }
      backend.copyIn(ids.address(), host.address(), host.bytes());
    }
  }

  /** Element of the table's array where column j of the row of a position stands. */
  int element(int[] batch, int row, int field, int j) {
    return (int) table.base(field) + batch[row * layout.fields() + field] * layout.width(field) + j;
  }

  /** Gradient of the whole table, summed over the positions in float64. */
  double[] denseGradient(int[] batch, int rows) {
    float[] g = gradient.toArray();
    double[] sums = new double[(int) layout.parameters()];
    for (int b = 0; b < rows; b++) {
      for (int f = 0; f < layout.fields(); f++) {
        for (int j = 0; j < layout.width(f); j++) {
          sums[element(batch, b, f, j)] += g[b * layout.columns() + layout.column(f) + j];
        }
      }
    }
    return sums;
  }

  EmbeddingOptimizer optimizer(OptimizerSpec spec) {
    return new EmbeddingOptimizer(backend, arena, spec, "embedding", table, groups, EmbeddingGradient.of(gradient));
  }

  Weights weights(String name, float[] values) {
    Weights made = new Weights(name, Tensor.floats(backend, arena, 1, values.length), Tensor.floats(backend, arena, 1, values.length));
    made.value().set(0, values);
    return made;
  }

  static float[] floats(double[] values) {
    float[] copy = new float[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (float) values[i];
    }
    return copy;
  }

  @Override
  public void close() {
    arena.close();
    backend.close();
  }
}
