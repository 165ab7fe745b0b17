package io.dimsieve.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import io.dimsieve.file.ModelFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.Precision;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DenseWeightsTest {

  @TempDir private Path folder;

  private static float[] floats(DenseWeights.Array array) {
    List<float[]> pieces = new ArrayList<>();
    array.content().copyTo(pieces::add);
    float[] all = new float[(int) array.bytes() / 4];
    int at = 0;
    for (float[] piece : pieces) {
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    assertEquals(all.length, at);
    return all;
  }

  /** Bands, sparse rows, halves and bytes come out as the floats that training and scoring see. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void tablesAreWhatTheModelComputesWith(Precision precision) {
    try (Backend backend = Backend.cpu(1)) {
      Path file = Models.write(backend, ModelSpec.of("deepfm").withHidden(8), Models.mixed().withPrecision(precision), folder.resolve("a.model"));
      try (ModelStore.Stored stored = ModelStore.load(backend, file, 1);
          ModelFile open = ModelFile.open(file)) {
        CtrModel model = stored.model();
        DenseWeights weights = new DenseWeights(open);
        for (int f = 0; f < Models.ROWS.length; f++) {
          int width = model.layout().width(f);
          DenseWeights.Array table = weights.embedding(f);
          assertEquals(List.of((long) Models.ROWS[f], (long) width), table.shape());
          assertArrayEquals(model.embeddings().values().get(model.embeddings().base(f), Models.ROWS[f] * width), floats(table), table.name());
          assertArrayEquals(
              model.firstOrder().values().get(model.firstOrder().base(f), Models.ROWS[f]), floats(weights.firstOrder(f)));
        }
        List<String> others = weights.all().stream().map(DenseWeights.Array::name).skip(2L * Models.ROWS.length).toList();
        assertEquals(List.of("linear.bias", "mlp.0.weight", "mlp.0.bias", "mlp.1.weight", "mlp.1.bias"), others);
        assertArrayEquals(model.arrays().get("mlp.0.weight").toArray(), floats(weights.array("mlp.0.weight", model.layout().columns(), 8)));
      }
    }
  }

  @Test
  void aTableThatTheModelLacksIsNamed() {
    try (Backend backend = Backend.cpu(1);
        ModelFile open = ModelFile.open(Models.write(backend, ModelSpec.of("lr"), Models.uniform(), folder.resolve("lr.model")))) {
      DenseWeights weights = new DenseWeights(open);
      assertThrows(ModelFormatException.class, () -> weights.embedding(0));
      assertThrows(ModelFormatException.class, () -> floats(weights.array("linear.bias", 2)));
      assertTrue(weights.all().stream().noneMatch(array -> array.name().startsWith("embedding")));
      assertEquals(Arrays.stream(Models.ROWS).sum() * 4L + 4, weights.all().stream().mapToLong(DenseWeights.Array::bytes).sum());
    }
  }
}
