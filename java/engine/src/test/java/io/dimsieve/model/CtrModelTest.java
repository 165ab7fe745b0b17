package io.dimsieve.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dimsieve.kernel.Backend;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CtrModelTest {

  private static final int[] ROWS = {13, 5, 40};
  private static final EmbeddingLayout UNIFORM = EmbeddingLayout.uniform(6, ROWS);
  private static final EmbeddingLayout SLIM = new EmbeddingLayout(6, ROWS, new int[][] {{1, 5}, {}, {0, 1, 2, 4}});

  static Stream<ModelSpec> specs() {
    return Architectures.all().stream().flatMap(architecture -> Stream.of(
        ModelSpec.of(architecture.name()).withHidden(12, 8),
        ModelSpec.of(architecture.name()).withHidden(9).withBatchNorm(true).withProjection(4)));
  }

  private static Map<String, Tensor> initialized(CtrModel model, long seed) {
    model.initialize(seed);
    return model.arrays();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void initialValuesDependOnTheSeedAlone(ModelSpec spec) {
    try (Backend one = Backend.cpu(1);
        Backend two = Backend.open(io.dimsieve.kernel.Device.CPU, 2, "baseline");
        CtrModel a = new CtrModel(one, spec, UNIFORM, 8);
        CtrModel b = new CtrModel(two, spec, UNIFORM, 500);
        CtrModel c = new CtrModel(one, spec, UNIFORM, 8)) {
      Map<String, Tensor> first = initialized(a, 9);
      Map<String, Tensor> again = initialized(b, 9);
      Map<String, Tensor> other = initialized(c, 10);
      assertEquals(List.copyOf(first.keySet()), List.copyOf(again.keySet()));
      first.forEach((name, tensor) -> assertArrayEquals(tensor.toArray(), again.get(name).toArray(), name));
      if (first.containsKey("embedding")) {
        assertFalse(Arrays.equals(first.get("embedding").toArray(), other.get("embedding").toArray()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void initializingTwiceIsInitializingOnce(ModelSpec spec) {
    try (Backend backend = Backend.cpu(1);
        CtrModel a = new CtrModel(backend, spec, UNIFORM, 8);
        CtrModel b = new CtrModel(backend, spec, UNIFORM, 8)) {
      Map<String, Tensor> expected = initialized(a, 9);
      b.initialize(3);
      Map<String, Tensor> actual = initialized(b, 9);
      expected.forEach((name, tensor) -> assertArrayEquals(tensor.toArray(), actual.get(name).toArray(), name));
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aCompactedModelStartsWithTheUniformTablesSliced(ModelSpec spec) {
    try (Backend backend = Backend.cpu(1);
        CtrModel full = new CtrModel(backend, spec, UNIFORM, 8);
        CtrModel slim = new CtrModel(backend, spec, SLIM, 8)) {
      full.initialize(4);
      slim.initialize(4);
      if (full.embeddings() == null) {
        assertNull(slim.embeddings());
        return;
      }
      float[] all = full.embeddings().values().toArray();
      float[] kept = slim.embeddings().values().toArray();
      for (int f = 0; f < ROWS.length; f++) {
        int[] columns = SLIM.kept(f);
        for (int r = 0; r < ROWS[f]; r++) {
          for (int j = 0; j < columns.length; j++) {
            assertEquals(
                all[(int) full.embeddings().base(f) + 6 * r + columns[j]],
                kept[(int) slim.embeddings().base(f) + columns.length * r + j], "field " + f + " row " + r);
          }
        }
      }
    }
  }

  @Test
  void arraysAndSizesOfDeepFm() {
    ModelSpec spec = ModelSpec.of("deepfm").withHidden(7).withBatchNorm(true);
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, spec, SLIM, 8)) {
      assertEquals(
          List.of("linear.weight", "embedding", "linear.bias", "mlp.0.weight", "mlp.0.norm.scale", "mlp.0.bias", "mlp.1.weight", "mlp.1.bias",
              "mlp.0.norm.shift", "mlp.0.norm.mean", "mlp.0.norm.variance"),
          List.copyOf(model.arrays().keySet()));
      int tables = 13 * 2 + 40 * 4;
      assertEquals(4 * tables + 3 * 8 + 6 * 4, model.embeddingBytes(), "numbers, then what a field and a column need");
      assertEquals(58 + tables + 1 + 6 * 7 + 7 + 7 + 7 + 1 + 3 * 7, model.parameters());
      model.initialize(1);
      assertArrayEquals(new float[58], model.arrays().get("linear.weight").toArray());
      assertArrayEquals(new float[7], model.arrays().get("mlp.0.bias").toArray());
      float[] ones = new float[7];
      Arrays.fill(ones, 1);
      assertArrayEquals(ones, model.arrays().get("mlp.0.norm.scale").toArray());
      assertArrayEquals(ones, model.arrays().get("mlp.0.norm.variance").toArray());
    }
  }

  @Test
  void aModelWithoutAFirstOrderTermHasNoTableForIt() {
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, ModelSpec.of("dcnv2").withHidden(7).withCrossLayers(1), SLIM, 8)) {
      assertNull(model.firstOrder());
      assertEquals(
          List.of("embedding", "cross.0.weight", "cross.0.bias", "head.weight", "mlp.0.weight", "mlp.0.bias", "mlp.1.weight", "mlp.1.bias"),
          List.copyOf(model.arrays().keySet()));
    }
  }

  @Test
  void aModelWithoutEmbeddingsHasNone() {
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, ModelSpec.of("lr"), UNIFORM, 8)) {
      assertNull(model.embeddings());
      assertNull(model.lookup());
      assertEquals(0, model.embeddingBytes());
      assertEquals(59, model.parameters());
    }
  }

  /** Every field may lose all its columns; what is left is the first-order term, where there is one, and the biases. */
  @ParameterizedTest
  @MethodSource("specs")
  void aModelWithoutColumnsStillScores(ModelSpec spec) {
    EmbeddingLayout none = new EmbeddingLayout(6, ROWS, new int[3][0]);
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, spec, none, 4)) {
      model.initialize(1);
      model.tape().seed().set(1, 1);
      String bias = model.firstOrder() == null ? "mlp." + spec.hidden().size() + ".bias" : "linear.bias";
      model.arrays().get(bias).set(0, new float[] {0.5f});
      model.tape().forward(4, false);
      assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, model.logits().value().toArray());
    }
  }
}
