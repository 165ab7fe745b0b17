package io.dimsieve.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.dimsieve.ConfigurationException;
import io.dimsieve.exchange.Models;
import io.dimsieve.file.ModelFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.Architecture;
import io.dimsieve.model.Architectures;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.serve.Scorer;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What ONNX Runtime makes of an exported model is what the scorer makes of the model file. */
class OnnxExportTest {

  private static final int ROWS = 10_000;
  private static final ModelSpec DEEPFM = ModelSpec.of("deepfm").withHidden(24, 12);

  @TempDir private Path folder;

  static Stream<ModelSpec> specs() {
    return Architectures.all().stream().map(Architecture::name).flatMap(name -> Stream.of(
        ModelSpec.of(name).withHidden(24, 12).withAttention(4, 2, 2),
        ModelSpec.of(name).withHidden(24, 12).withAttention(3, 1, 1).withBatchNorm(true).withProjection(5)));
  }

  static Stream<Arguments> models() {
    List<EmbeddingLayout> layouts = List.of(
        Models.uniform(), Models.mixed(), new EmbeddingLayout(Models.D, Models.ROWS, new int[][] {{}, {}, {1, 4}, {}, {}}),
        new EmbeddingLayout(Models.D, Models.ROWS, new int[Models.ROWS.length][0]), EmbeddingLayout.uniform(Models.D, new int[] {50}));
    Stream<Arguments> precise = specs().flatMap(spec -> layouts.stream().map(layout -> Arguments.of(spec, layout)));
    Stream<Arguments> rounded = Stream.of(Precision.F16, Precision.I8)
        .flatMap(precision -> Stream.of(Models.uniform(), Models.mixed()).map(layout -> Arguments.of(DEEPFM, layout.withPrecision(precision))));
    return Stream.concat(precise, rounded);
  }

  private static float[] scores(Backend backend, Path model, int[] ids) {
    float[] out = new float[ROWS];
    try (Scorer scorer = Scorer.open(backend, model, ROWS)) {
      scorer.score(ids, ROWS, out);
    }
    return out;
  }

  private static float[] onnxScores(Path model, int[] ids, int fields) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(model.toString(), options);
          OnnxTensor input = OnnxTensor.createTensor(
              environment, LongBuffer.wrap(Arrays.stream(ids).asLongStream().toArray()), new long[] {ids.length / fields, fields});
          OrtSession.Result result = session.run(Map.of("ids", input))) {
        float[][] out = (float[][]) result.get("probability").orElseThrow().getValue();
        float[] column = new float[out.length];
        for (int i = 0; i < column.length; i++) {
          assertEquals(1, out[i].length);
          column[i] = out[i][0];
        }
        return column;
      }
    }
  }

  private static Path export(Path model, Path target, long inlineBytes) {
    try (ModelFile file = ModelFile.open(model)) {
      return OnnxExport.write(file, target, inlineBytes);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void onnxRuntimeScoresAsTheScorer(ModelSpec spec, EmbeddingLayout layout) throws OrtException {
    try (Backend backend = Backend.cpu(2)) {
      Path model = Models.write(backend, spec, layout, folder.resolve("a.model"));
      Path onnx = folder.resolve("a.onnx");
      assertEquals(onnx, export(model, onnx, Long.MAX_VALUE));
      int[] ids = Models.ids(ROWS, layout);
      float[] expected = scores(backend, model, ids);
      float[] actual = onnxScores(onnx, ids, layout.fields());
      assertEquals(ROWS, actual.length);
      for (int i = 0; i < ROWS; i++) {
        assertEquals(expected[i], actual[i], 1e-6, "row " + i);
      }
    }
  }

  @Test
  void largeModelsKeepTheirWeightsBeside() throws OrtException, IOException {
    try (Backend backend = Backend.cpu(1)) {
      Path model = Models.write(backend, DEEPFM, Models.mixed(), folder.resolve("a.model"));
      Path one = folder.resolve("one.onnx");
      Path two = folder.resolve("two.onnx");
      assertEquals(two.resolveSibling("two.onnx.data"), export(model, two, 0));
      assertEquals(one, export(model, one, 1 << 20));
      assertFalse(Files.exists(folder.resolve("one.onnx.data")));
      assertTrue(Files.size(one) - Files.size(two) > 2 * tables(), "the weights are still in the model");
      int[] ids = Models.ids(ROWS, Models.mixed());
      assertArrayEquals(onnxScores(one, ids, 5), onnxScores(two, ids, 5));
      byte[] message = Files.readAllBytes(one);
      export(model, one, 1 << 20);
      assertArrayEquals(message, Files.readAllBytes(one));
    }
  }

  /** Floats of the dense tables of the mixed layout. */
  private static long tables() {
    EmbeddingLayout layout = Models.mixed();
    long floats = 0;
    for (int f = 0; f < layout.fields(); f++) {
      floats += (long) layout.rows(f) * layout.width(f);
    }
    return floats;
  }

  /** Between the new weights and the new model there is no model, rather than the old one with the new weights. */
  @Test
  void noModelMeetsTheWeightsOfAnother() throws IOException {
    try (Backend backend = Backend.cpu(1)) {
      Path model = Models.write(backend, DEEPFM, Models.uniform(), folder.resolve("a.model"));
      Path onnx = folder.resolve("a.onnx");
      export(model, onnx, 0);
      assertTrue(Files.exists(onnx));
      Files.delete(folder.resolve("a.onnx.data"));
      Files.createDirectory(folder.resolve("a.onnx.data"));
      assertThrows(ConfigurationException.class, () -> export(model, onnx, 0));
      assertTrue(Files.exists(onnx), "the weights were not replaced, so the model stays");
      Files.delete(folder.resolve("a.onnx.data"));
      assertThrows(ConfigurationException.class, () -> export(model, folder.resolve("nowhere/a.onnx"), 0));
      Files.delete(onnx);
      Files.createDirectory(onnx);
      Files.writeString(onnx.resolve("occupied"), "");
      assertThrows(ConfigurationException.class, () -> export(model, onnx, 0));
      assertFalse(Files.exists(folder.resolve("a.onnx.data")));
    }
  }

  @Test
  void theModelNamesItsFields() throws OrtException {
    try (Backend backend = Backend.cpu(1)) {
      Path model = Models.write(backend, ModelSpec.of("lr"), Models.uniform(), folder.resolve("a.model"));
      Path onnx = folder.resolve("a.onnx");
      export(model, onnx, Long.MAX_VALUE);
      try (OrtSession session = OrtEnvironment.getEnvironment().createSession(onnx.toString())) {
        Map<String, String> metadata = session.getMetadata().getCustomMetadata();
        assertEquals("[50,3,700,20,9]", metadata.get("rows"));
        assertTrue(metadata.get("fields").startsWith("[\"user\",\"bias\",\"item\",\"day of"), metadata.get("fields"));
        assertEquals("dimsieve", session.getMetadata().getProducerName());
      }
      int[] beyond = {0, 0, 0, 0, 9}; // the last field: tables lie end to end
      assertThrows(OrtException.class, () -> onnxScores(onnx, beyond, 5));
    }
  }
}
