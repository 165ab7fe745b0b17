package io.dimsieve.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.TensorFileWriter;
import io.dimsieve.file.TensorLayout;
import io.dimsieve.file.TensorType;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.Architecture;
import io.dimsieve.model.Architectures;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.serve.Scorer;
import io.dimsieve.tensor.Tensor;
import io.dimsieve.train.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WeightImportTest {

  /**
   * A DeepFM as one would write it in torch: one table for all fields, linear maps [out, in] with a bias, batch normalisation
   * after the first.
   */
  private static final Map<String, int[]> TORCH = new LinkedHashMap<>();

  static {
    TORCH.put("bias", new int[] {1});
    TORCH.put("emb.weight", new int[] {7, 3});
    TORCH.put("lin.weight", new int[] {7, 1});
    TORCH.put("fc0.weight", new int[] {4, 6});
    TORCH.put("fc0.bias", new int[] {4});
    TORCH.put("bn.weight", new int[] {4});
    TORCH.put("bn.bias", new int[] {4});
    TORCH.put("bn.running_mean", new int[] {4});
    TORCH.put("bn.running_var", new int[] {4});
    TORCH.put("fc1.weight", new int[] {1, 4});
    TORCH.put("fc1.bias", new int[] {1});
  }

  private static final String NAMES = """
      {"model": {"architecture": "deepfm", "dimension": 3, "hidden": [4], "batchNorm": true},
       "fields": {"site": {"embedding": "emb.weight", "linear": "lin.weight", "first": 0, "values": ["c", "a", "zz", "b"]},
                  "age": {"embedding": "emb.weight", "linear": "lin.weight", "first": 4, "values": "ages.txt", "unknown": 2}},
       "arrays": {"linear.bias": "bias", "mlp.0.weight": "fc0.weight", "mlp.0.norm.before": "fc0.bias", "mlp.0.norm.scale": "bn.weight",
                  "mlp.0.bias": "bn.bias", "mlp.0.norm.mean": "bn.running_mean", "mlp.0.norm.variance": "bn.running_var",
                  "mlp.1.weight": "fc1.weight", "mlp.1.bias": {"tensor": "fc1.bias"}}}
      """;

  @TempDir private Path folder;

  private final Map<String, float[]> values = new LinkedHashMap<>();

  private Path torch() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    TensorLayout layout = TensorLayout.plain().metadata("format", "pt");
    TORCH.forEach((name, shape) -> {
      layout.tensor(name, TensorType.F32, java.util.Arrays.stream(shape).asLongStream().toArray());
      float[] made = new float[java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < made.length; i++) {
        made[i] = (float) (name.endsWith("var") ? 0.5 + random.nextDouble() : random.nextGaussian());
      }
      values.put(name, made);
    });
    Path file = folder.resolve("torch.safetensors");
    try (TensorFileWriter writer = TensorFileWriter.create(file, layout)) {
      values.forEach((name, floats) -> writer.tensor(name).append(floats));
      writer.commit();
    }
    Files.writeString(folder.resolve("ages.txt"), "y\nx\n");
    return file;
  }

  /** Ids: site a = 1, b = 2, c = 3; age x = 1, y = 2. */
  private static Encoder encoder() {
    EncoderBuilder builder =
        new EncoderBuilder(new Schema(LabelRule.binary("click"), List.of(Field.categorical("site", 1), Field.categorical("age", 1))));
    Stream.of("a", "a", "a", "b", "b", "c").forEach(value -> builder.count(0, value));
    Stream.of("x", "x", "y").forEach(value -> builder.count(1, value));
    return builder.build();
  }

  private Path names(String text) throws IOException {
    return Files.writeString(folder.resolve("names.json"), text);
  }

  private double at(String name, int i) {
    return values.get(name)[i];
  }

  /** What the foreign model computes of two rows of its table; −1 is a value it does not know. */
  private double reference(int... rows) {
    double logit = at("bias", 0);
    double[] e = new double[6];
    for (int f = 0; f < 2; f++) {
      logit += rows[f] < 0 ? 0 : at("lin.weight", rows[f]);
      for (int j = 0; j < 3; j++) {
        e[3 * f + j] = rows[f] < 0 ? 0 : at("emb.weight", 3 * rows[f] + j);
      }
    }
    for (int j = 0; j < 3; j++) {
      logit += e[j] * e[3 + j];
    }
    logit += at("fc1.bias", 0);
    for (int o = 0; o < 4; o++) {
      double x = at("fc0.bias", o);
      for (int i = 0; i < 6; i++) {
        x += at("fc0.weight", 6 * o + i) * e[i];
      }
      x = at("bn.weight", o) * (x - at("bn.running_mean", o)) / Math.sqrt(at("bn.running_var", o) + 1e-5) + at("bn.bias", o);
      logit += at("fc1.weight", o) * Math.max(0, x);
    }
    return 1 / (1 + Math.exp(-logit));
  }

  @Test
  void aTorchModelScoresAsItDidThere() throws IOException {
    int[] siteRows = {-1, 1, 3, 0};
    int[] ageRows = {6, 5, 4};
    Path file = folder.resolve("imported.model");
    try (Backend backend = Backend.cpu(1)) {
      try (CtrModel model = WeightImport.read(backend, torch(), names(NAMES), encoder())) {
        ModelStore.save(model, encoder(), Map.of(), file);
      }
      try (Scorer scorer = Scorer.open(backend, file, 1)) {
        float[] out = new float[1];
        for (int site = 0; site < siteRows.length; site++) {
          for (int age = 0; age < ageRows.length; age++) {
            scorer.score(new int[] {site, age}, 1, out);
            assertEquals(reference(siteRows[site], ageRows[age]), out[0], 1e-6, site + ", " + age);
          }
        }
      }
    }
  }

  /** Without values row i is id i; a matrix may say its orientation itself. */
  @Test
  void rowsAreIdsAndMatricesSayTheirOrientation() throws IOException {
    String plain = NAMES.replace(", \"values\": [\"c\", \"a\", \"zz\", \"b\"]", "").replace(", \"values\": \"ages.txt\", \"unknown\": 2", "")
        .replace("\"fc1.weight\"", "{\"tensor\": \"fc1.weight\", \"orientation\": \"out,in\"}").replace("\"fields\"", "\"orientation\": \"in,out\", \"fields\"")
        .replace("\"fc0.weight\"", "{\"tensor\": \"fc0.weight\", \"orientation\": \"out,in\"}");
    try (Backend backend = Backend.cpu(1);
        CtrModel model = WeightImport.read(backend, torch(), names(plain), encoder())) {
      assertArrayEquals(values.get("emb.weight"), model.embeddings().values().toArray());
      assertArrayEquals(values.get("lin.weight"), model.firstOrder().values().toArray());
      float[] weight = model.arrays().get("mlp.0.weight").toArray();
      for (int i = 0; i < 24; i++) {
        assertEquals(values.get("fc0.weight")[i], weight[i % 6 * 4 + i / 6]);
      }
    }
  }

  static Stream<ModelSpec> specs() {
    return Architectures.all().stream().map(Architecture::name).flatMap(name -> Stream.of(
        ModelSpec.of(name).withHidden(8, 4).withBatchNorm(true), ModelSpec.of(name).withHidden(1).withProjection(3).withAttention(2, 2, 1)));
  }

  /** Every model, exported and imported again, is the same to the bit. */
  @ParameterizedTest
  @MethodSource("specs")
  void whatWasExportedComesBack(ModelSpec spec) throws IOException {
    try (Backend backend = Backend.cpu(1)) {
      Path model = Models.write(backend, spec, Models.uniform(), folder.resolve("a.model"));
      Path weights = folder.resolve("a.safetensors");
      Map<String, Object> fields = new LinkedHashMap<>();
      Map<String, String> arrays = new LinkedHashMap<>();
      try (ModelFile file = ModelFile.open(model)) {
        SafetensorsExport.write(file, weights);
        DenseWeights dense = new DenseWeights(file);
        dense.fields().forEach(field -> fields.put(field, new LinkedHashMap<>()));
        file.arrays().keySet().stream().filter(name -> !name.equals("linear.weight")).forEach(name -> arrays.put(name, name));
      }
      try (ModelStore.Stored stored = ModelStore.load(backend, model, 1)) {
        fields.replaceAll((name, none) -> stored.model().embeddings() == null
            ? Map.of("linear", "linear.weight." + name)
            : stored.model().firstOrder() == null
                ? Map.of("embedding", "embedding." + name)
                : Map.of("linear", "linear.weight." + name, "embedding", "embedding." + name));
        ModelSpec.Attention sizes = spec.attention();
        Map<String, Object> all = Map.of(
            "model", Map.of(
                "architecture", spec.architecture(), "dimension", Models.D, "hidden", spec.hidden(), "batchNorm", spec.batchNorm(), "dropout",
                spec.dropout(), "projection", spec.projection(), "crossLayers", spec.crossLayers(), "attention",
                Map.of("size", sizes.size(), "heads", sizes.heads(), "layers", sizes.layers())),
            "orientation", "in,out", "fields", fields, "arrays", arrays);
        try (CtrModel back = WeightImport.read(backend, weights, names(new Gson().toJson(all)), stored.encoder())) {
          assertEquals(spec, back.spec());
          assertEquals(stored.model().layout(), back.layout());
          Map<String, Tensor> expected = stored.model().arrays();
          assertEquals(expected.keySet(), back.arrays().keySet());
          back.arrays().forEach((name, tensor) -> assertArrayEquals(expected.get(name).toArray(), tensor.toArray(), name));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "\"deepfm\" | \"deepfn\" | model: unknown model 'deepfn'",
      "\"dimension\": 3 | \"dimension\": 4 | fields.site.embedding: tensor 'emb.weight' of WEIGHTS is F32 [7, 3], expected [4 or more, 4]",
      "\"dimension\": 3 | \"dimension\": 0 | model: embedding dimension must be 1 to 1024, not 0",
      "\"dimension\": 3 | \"dimension\": 3.5 | model.dimension: expected a whole number from 0 to 999999999, found 3.5",
      "\"dimension\": 3, | | model.dimension: is missing",
      "\"hidden\": [4] | \"hidden\": [5] | arrays.mlp.0.bias: tensor 'bn.bias' of WEIGHTS is F32 [4], expected [5]",
      "\"hidden\": [4] | \"hidden\": [4, 2] | arrays.mlp.1.bias.tensor: tensor 'fc1.bias' of WEIGHTS is F32 [1], expected [2]",
      "\"hidden\": [4] | \"hidden\": 4 | model.hidden: expected a list of whole numbers, found 4",
      "\"hidden\": [4] | \"hiden\": [4] | model.hiden: is not known here",
      "\"batchNorm\": true | \"batchNorm\": 1 | model.batchNorm: expected true or false, found 1",
      "\"batchNorm\": true | \"batchNorm\": false | arrays.mlp.0.norm.before: is not known here",
      "\"fc0.weight\" | {\"tensor\": \"fc0.weight\", \"orientation\": \"in,out\"} | arrays.mlp.0.weight.tensor: tensor 'fc0.weight' of WEIGHTS is F32 [4, 6], expected [6, 4], in × out",
      "\"fc0.weight\" | {\"tensor\": \"fc0.weight\", \"orientation\": \"io\"} | arrays.mlp.0.weight.orientation: expected \"out,in\" or \"in,out\", found \"io\"",
      "\"fc0.weight\" | \"fc2.weight\" | arrays.mlp.0.weight: WEIGHTS has no tensor 'fc2.weight'",
      "\"fc0.weight\" | 7 | arrays.mlp.0.weight: expected a text, found 7",
      "\"linear.bias\": \"bias\", | | arrays.linear.bias: is missing",
      "\"linear.bias\": \"bias\" | \"linear.bias\": \"bias\", \"mlp.9.bias\": \"bias\" | arrays.mlp.9.bias: is not known here",
      "\"site\": | \"sight\": | fields.site: is missing",
      "\"fields\": {\"site\" | \"fields\": {\"more\": {}, \"site\" | fields.more: is not known here",
      "\"first\": 4 | \"first\": 5 | fields.age.embedding: tensor 'emb.weight' of WEIGHTS is F32 [7, 3], expected [8 or more, 3]",
      "\"first\": 4 | \"first\": -4 | fields.age.first: expected a whole number",
      "\"first\": 0, | | fields.site.embedding: tensor 'emb.weight' of WEIGHTS is F32 [7, 3], expected [4, 3]",
      "\"c\", \"a\" | \"a\", \"a\" | fields.site.values: 'a' and 'a' are one value of the dataset",
      "\"c\", \"a\" | \"d\", \"a\" | fields.site.values: lacks 'c', a value of the dataset, and no \"unknown\" row is given",
      "\"c\", \"a\" | 3, \"a\" | fields.site.values: expected texts, found 3",
      "\"ages.txt\" | \"none.txt\" | fields.age.values: ",
      "\"fields\" | \"feilds\" | fields: is missing",
      "{\"model\" | {\"version\": 2, \"model\" | version: is not known here",
      "\"linear.bias\": \"bias\" | \"linear.bias\": \"bias\", \"linear.bias\": \"bias\" | arrays.linear.bias: is there twice",
      "{\"model\" | [\"model\" | cannot be read: ",
  })
  void whatDoesNotFitIsNamed(String good, String bad, String message) throws IOException {
    assertTrue(NAMES.contains(good), good);
    Path weights = torch();
    int at = NAMES.indexOf(good);
    Path names = names(NAMES.substring(0, at) + (bad == null ? "" : bad) + NAMES.substring(at + good.length()));
    try (Backend backend = Backend.cpu(1)) {
      ModelFormatException e =
          assertThrows(ModelFormatException.class, () -> WeightImport.read(backend, weights, names, encoder()).close());
      assertTrue(e.getMessage().startsWith(names + ": " + message.replace("WEIGHTS", weights.toString())), e.getMessage());
    }
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    Path weights = torch();
    Path names = names(NAMES);
    try (Backend backend = Backend.cpu(1)) {
      for (Path[] files : new Path[][] {{folder.resolve("none"), names}, {weights, folder.resolve("none")}}) {
        ModelFormatException e =
            assertThrows(ModelFormatException.class, () -> WeightImport.read(backend, files[0], files[1], encoder()).close());
        assertEquals(folder.resolve("none") + ": does not exist", e.getMessage());
      }
    }
  }
}
