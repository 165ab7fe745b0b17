package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.Architecture;
import io.dimsieve.model.Architectures;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompactorTest {

  private static final int BATCH = 10_000;
  private static final int[] ROWS = {50, 3, 700, 20, 9};
  private static final EmbeddingLayout UNIFORM = EmbeddingLayout.uniform(17, ROWS);

  private static EmbeddingLayout random(SplittableRandom random, double share) {
    boolean[] keep = new boolean[UNIFORM.columns()];
    for (int c = 0; c < keep.length; c++) {
      // Field 1 loses everything.
      keep[c] = c / 17 != 1 && random.nextDouble() < share;
    }
    return ColumnSelection.layout(UNIFORM, keep);
  }

  /** Weights of a size that training gives, biases and running statistics too. */
  private static void fill(CtrModel model, SplittableRandom random) {
    model.arrays().forEach((name, tensor) -> {
      float[] values = new float[(int) tensor.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (name.endsWith(".variance") ? 0.5 + random.nextDouble() : 0.2 * random.nextGaussian());
      }
      tensor.set(0, values);
    });
  }

  private static float[] score(CtrModel model, int[] ids) {
    try (Block host = HostAllocator.INSTANCE.allocate(4L * ids.length)) {
      for (int i = 0; i < ids.length; i++) {
        host.view().putInt(4 * i, ids[i]);
      }
      model.tape().backend().copyIn(model.tape().ids().address(), host.address(), host.bytes());
    }
    model.tape().forward(BATCH, false);
    return model.logits().value().get(0, BATCH);
  }

  private static int[] ids(SplittableRandom random) {
    int[] ids = new int[BATCH * ROWS.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(ROWS[i % ROWS.length]);
    }
    return ids;
  }

  private static Tensor mask(Backend backend, Arena arena, EmbeddingLayout kept) {
    Tensor mask = Tensor.floats(backend, arena, 1, UNIFORM.columns());
    float[] open = new float[UNIFORM.columns()];
    for (int f = 0; f < ROWS.length; f++) {
      for (int j : kept.kept(f)) {
        open[17 * f + j] = 1;
      }
    }
    mask.set(0, open);
    return mask;
  }

  static Stream<ModelSpec> specs() {
    return Architectures.all().stream().map(Architecture::name).flatMap(name -> Stream.of(
        ModelSpec.of(name).withHidden(24, 12),
        ModelSpec.of(name).withHidden(24, 12).withBatchNorm(true),
        ModelSpec.of(name).withHidden(24, 12).withProjection(8)));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void theCompactedModelScoresAsTheMaskedOne(ModelSpec spec) {
    SplittableRandom random = new SplittableRandom(311);
    for (double share : new double[] {0, 0.1, 0.5, 0.9}) {
      EmbeddingLayout target = random(random, share);
      try (Backend backend = Backend.cpu(2);
          Arena arena = new Arena(backend);
          CtrModel source = new CtrModel(backend, spec, UNIFORM, BATCH)) {
        fill(source, random);
        try (CtrModel compact = Compactor.compact(backend, source, target, BATCH)) {
          if (source.embeddings() != null) {
            source.embeddings().mask(mask(backend, arena, target));
          }
          int[] ids = ids(random);
          float[] expected = score(source, ids);
          float[] actual = score(compact, ids);
          assertArrayEquals(expected, actual, target.toString());
        }
      }
    }
  }

  /** Row masks: the compacted model, whose dropped entries are zeros, scores as the source does behind the same row masks; fewer rows: as the source on folded ids. */
  @Test
  void rowMasksAndFewerRowsCarryOver() {
    SplittableRandom random = new SplittableRandom(313);
    long[][] bits = new long[ROWS.length][];
    for (int f = 0; f < bits.length; f++) {
      bits[f] = random.longs(ROWS[f]).map(word -> word & random.nextLong() & 0x1fff5).toArray();
    }
    EmbeddingLayout masked = UNIFORM.withRowMasks(new RowMasks(bits));
    int[] fewer = {20, 3, 1, 20, 9};
    ModelSpec spec = ModelSpec.of("deepfm").withHidden(24, 12);
    try (Backend backend = Backend.cpu(2);
        Arena arena = new Arena(backend);
        CtrModel source = new CtrModel(backend, spec, UNIFORM, BATCH)) {
      fill(source, random);
      int[] ids = ids(random);
      try (CtrModel compact = Compactor.compact(backend, source, masked, BATCH);
          CtrModel cut = Compactor.compact(backend, source, UNIFORM.withRows(fewer), BATCH)) {
        int[] folded = ids.clone();
        for (int i = 0; i < ids.length; i++) {
          folded[i] = ids[i] < fewer[i % ROWS.length] ? ids[i] : 0;
        }
        assertArrayEquals(score(source, folded), score(cut, folded));
        source.embeddings().rowMask(Tensor.of(backend, arena, java.util.Arrays.stream(bits).flatMapToLong(java.util.Arrays::stream).toArray()));
        assertArrayEquals(score(source, ids), score(compact, ids));
      }
    }
  }

  /** Removing columns in two rounds is removing them at once. */
  @ParameterizedTest
  @MethodSource("specs")
  void compactingTwiceIsCompactingOnce(ModelSpec spec) {
    SplittableRandom random = new SplittableRandom(312);
    EmbeddingLayout first = random(random, 0.7);
    int[][] fewer = new int[ROWS.length][];
    for (int f = 0; f < fewer.length; f++) {
      fewer[f] = java.util.Arrays.stream(first.kept(f)).filter(j -> j % 2 == 0).toArray();
    }
    EmbeddingLayout last = new EmbeddingLayout(17, ROWS, fewer);
    try (Backend backend = Backend.cpu(1);
        CtrModel source = new CtrModel(backend, spec, UNIFORM, 8)) {
      fill(source, random);
      try (CtrModel between = Compactor.compact(backend, source, first, 8);
          CtrModel twice = Compactor.compact(backend, between, last, 8);
          CtrModel once = Compactor.compact(backend, source, last, 8)) {
        once.arrays().forEach((name, tensor) -> assertArrayEquals(tensor.toArray(), twice.arrays().get(name).toArray(), name));
      }
    }
  }

  @Test
  void weightsOfAnotherModelAreRefused() {
    EmbeddingLayout layout = EmbeddingLayout.uniform(4, new int[] {9, 5});
    ModelSpec spec = ModelSpec.of("deepfm").withHidden(8);
    try (Backend backend = Backend.cpu(1);
        CtrModel target = new CtrModel(backend, spec, layout, 8)) {
      for (CtrModel source : new CtrModel[] {
          new CtrModel(backend, ModelSpec.of("fm"), layout, 8), new CtrModel(backend, spec.withHidden(9), layout, 8),
          new CtrModel(backend, spec.withHidden(8, 8), layout, 8), new CtrModel(backend, spec, EmbeddingLayout.uniform(5, new int[] {9, 5}), 8),
          new CtrModel(backend, spec, EmbeddingLayout.uniform(4, new int[] {9, 4}), 8),
          new CtrModel(backend, spec, EmbeddingLayout.uniform(4, new int[] {9}), 8)}) {
        try (source) {
          assertThrows(ConfigurationException.class, () -> Compactor.copy(source, target), source.spec() + " " + source.layout());
        }
      }
    }
  }

  @Test
  void aColumnLostBeforeCannotBeKept() {
    EmbeddingLayout slim = new EmbeddingLayout(17, ROWS, new int[][] {{0}, {}, {1, 2}, {}, {}});
    try (Backend backend = Backend.cpu(1);
        CtrModel source = new CtrModel(backend, ModelSpec.of("fm"), slim, 8)) {
      ConfigurationException e = assertThrows(ConfigurationException.class, () -> Compactor.compact(backend, source, UNIFORM, 8).close());
      assertEquals("field 0 lost column 1 before; it cannot be kept now", e.getMessage());
    }
  }
}
