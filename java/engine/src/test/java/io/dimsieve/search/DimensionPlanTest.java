package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import io.dimsieve.tensor.EmbeddingLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DimensionPlanTest {

  private static final DimensionPlan PLAN = new DimensionPlan(
      List.of("user \"id\"", "größe", "c3"),
      new EmbeddingLayout(8, new int[] {100, 7, 2_000_000_000}, new int[][] {{0, 3, 7}, {}, {1, 2}}),
      "ham", new Budget(0.123456789012345, Budget.Unit.BYTES), Long.MIN_VALUE, Map.of("lambda", "0.1", "annealing", "cosine"));

  private static ModelFormatException refused(String json) {
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> DimensionPlan.parse("p.json", json), json);
    assertTrue(e.getMessage().startsWith("p.json: "), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    return e;
  }

  @Test
  void jsonRoundTrips(@TempDir Path folder) {
    assertEquals(PLAN, DimensionPlan.parse("p.json", PLAN.toJson()));
    assertEquals(PLAN.toJson(), DimensionPlan.parse("p.json", PLAN.toJson()).toJson());
    Path file = folder.resolve("plan.json");
    PLAN.write(file);
    assertEquals(PLAN, DimensionPlan.read(file));
  }

  @Test
  void rowMasksRowsAndPrecisionRoundTrip() {
    long[][] bits = {new long[1000], {-1L, 0, 1L << 63}};
    SplittableRandom random = new SplittableRandom(7);
    java.util.Arrays.setAll(bits[0], r -> random.nextLong() & random.nextLong());
    EmbeddingLayout layout = EmbeddingLayout.uniform(64, new int[] {1000, 3})
        .withRowMasks(new io.dimsieve.tensor.RowMasks(bits)).withPrecision(io.dimsieve.tensor.Precision.F16);
    DimensionPlan plan = new DimensionPlan(List.of("a", "b"), layout, "pep", new Budget(0.5, Budget.Unit.BYTES), 1, Map.of());
    assertEquals(plan, DimensionPlan.parse("p.json", plan.toJson()));
    String json = plan.toJson();
    refused(json.replaceFirst("\"row_masks\": \"[^\"]{8}", "\"row_masks\": \"AAAAAAAA"));
    refused(json.replaceFirst("\"row_masks\": \"", "\"row_masks\": \"!"));
    refused(json.replaceFirst("\"rows\": 1000", "\"rows\": 1001"));
    refused(json.replaceFirst("\"rows\": 1000", "\"rows\": 2000000000"));
    refused(json.replace("\"f16\"", "\"f17\""));
    refused(json.replaceFirst(",\\s+\"row_masks\": \"[^\"]*\"", ""));
  }

  @Test
  void aPlanMayKeepFewerRowsThanItsDataset() {
    DimensionPlan plan = new DimensionPlan(
        List.of("a"), List.of(11), EmbeddingLayout.uniform(4, new int[] {10}), "uniform", new Budget(1, Budget.Unit.BYTES), 1, Map.of());
    assertEquals(plan, DimensionPlan.parse("p.json", plan.toJson()));
    refused(plan.toJson().replace("\"kept_rows\": 10", "\"kept_rows\": 12"));
    assertDoesNotThrow(() -> plan.requireFits("p", List.of("a"), new int[] {11}));
    assertThrows(ModelFormatException.class, () -> plan.requireFits("p", List.of("a"), new int[] {10}));
  }

  @Test
  void anUnreadableFileIsToldByName(@TempDir Path folder) throws IOException {
    Path absent = folder.resolve("absent.json");
    assertTrue(assertThrows(ModelFormatException.class, () -> DimensionPlan.read(absent)).getMessage().contains("absent.json"));
    Path binary = Files.write(folder.resolve("binary.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    assertThrows(ModelFormatException.class, () -> DimensionPlan.read(binary));
  }

  /** Each line: a text that occurs once in the plan, and what takes its place. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "\"format\": \"dimsieve-plan\"|\"format\": \"other\"",
      "\"format\": \"dimsieve-plan\"|\"format\": null",
      "\"format\"|\"form\"",
      "\"version\": 2|\"version\": 3",
      "\"version\": 2|\"version\": \"one\"",
      "\"version\": 2|\"version\": null",
      "\"version\": 2|\"version\": {}",
      "\"method\"|\"methods\"",
      "\"method\": \"ham\"|\"method\": null",
      "\"share\": 0.1|\"share\": 1.1",
      "\"share\": 0.1|\"share\": -0.1",
      "\"unit\": \"bytes\"|\"unit\": \"rows\"",
      "\"budget\": {|\"budgets\": {",
      "\"seed\"|\"seeds\"",
      "\"seed\": -9223372036854775808|\"seed\": \"x\"",
      "\"settings\": {|\"setting\": {",
      "\"lambda\": \"0.1\"|\"lambda\": null",
      "\"lambda\": \"0.1\"|\"lambda\": []",
      "\"dimension\": 8|\"dimension\": 7",
      "\"dimension\": 8|\"dimension\": 0",
      "\"dimension\": 8|\"dimension\": 1e9",
      "\"dimension\": 8|\"dimension\": -8",
      "\"parameters\": 4000000300|\"parameters\": 4000000301",
      "\"parameters\": 4000000300|\"parameters\": null",
      "\"fields\": [|\"field\": [",
      "\"name\": \"c3\"|\"name\": null",
      "\"name\": \"c3\"|\"title\": \"c3\"",
      "\"rows\": 100|\"rows\": 0",
      "\"rows\": 100|\"rows\": -100",
      "\"rows\": 100|\"rows\": 101",
      "\"rows\": 2000000000|\"rows\": 20000000000",
      "\"rows\": 100|\"rows\": 4294967396",
      "\"rows\": 100|\"rows\": 100.5",
      "\"version\": 2|\"version\": 0",
      "\"version\": 2|\"version\": -1",
      "\"uniform_parameters\": 16000000856|\"uniform_parameters\": 1",
      "\"method\": \"ham\"|\"seed\": 5",
      "\"name\": \"c3\"|\"name\": \"größe\"",
      "\"width\": 3|\"width\": 2",
      "\"width\": 3|\"width\": null",
      "\"columns\": []|\"columns\": {}",
      "\"columns\": []|\"columns\": [0]",
      "\"columns\": []|\"columns\": null",
      "3,|4,,",
      "3,|-3,",
      "3,|8,",
      "3,|7,",
      "3,|\"x\",",
  })
  void damagedPlansAreRefused(String found, String replacement) {
    String json = PLAN.toJson();
    int at = json.indexOf(found.equals("3,") ? "        3," : found);
    assertTrue(at >= 0, found + " in " + json);
    at = json.indexOf(found, at);
    refused(json.substring(0, at) + replacement + json.substring(at + found.length()));
  }

  @Test
  void aNewerPlanSaysSo() {
    String message = refused(PLAN.toJson().replace("\"version\": 2", "\"version\": 3")).getMessage();
    assertEquals("p.json: is a plan of version 3, this build reads up to 2", message);
  }

  @Test
  void otherTextsAreNoPlans() {
    for (String text : List.of("", " ", "null", "[]", "{}", "42", "\"plan\"", "{\"format\": \"dimsieve-plan\"}", "{{", "\u0000", "[".repeat(10_000))) {
      refused(text);
    }
  }

  @Test
  void everyTruncationIsRefused() {
    String json = PLAN.toJson();
    for (int length = 0; length < json.length(); length++) {
      refused(json.substring(0, length));
    }
  }

  @Test
  void trailingTextIsRefused() {
    refused(PLAN.toJson() + "{}");
    refused(PLAN.toJson() + "x");
    assertDoesNotThrow(() -> DimensionPlan.parse("p.json", PLAN.toJson() + "\n "));
  }

  /** Whatever one byte becomes: a plan or the one exception, nothing else. */
  @Test
  void mutatedBytesNeverEscapeAsOtherErrors() {
    SplittableRandom random = new SplittableRandom(321);
    byte[] bytes = PLAN.toJson().getBytes(StandardCharsets.UTF_8);
    for (int trial = 0; trial < 3000; trial++) {
      byte[] mutated = bytes.clone();
      mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(128);
      try {
        DimensionPlan.parse("p.json", new String(mutated, StandardCharsets.UTF_8));
      } catch (ModelFormatException e) {
        assertEquals(4, e.exitCode());
      }
    }
  }

  @Test
  void aPlanForOtherFieldsIsRefused() {
    int[] rows = {100, 7, 2_000_000_000};
    assertDoesNotThrow(() -> PLAN.requireFits("p.json", PLAN.fields(), rows));
    assertThrows(ModelFormatException.class, () -> PLAN.requireFits("p.json", List.of("a", "b", "c3"), rows));
    assertThrows(ModelFormatException.class, () -> PLAN.requireFits("p.json", PLAN.fields().subList(0, 2), new int[] {100, 7}));
    ModelFormatException e =
        assertThrows(ModelFormatException.class, () -> PLAN.requireFits("p.json", PLAN.fields(), new int[] {100, 8, 2_000_000_000}));
    assertTrue(e.getMessage().contains("'größe' had 7 rows") && e.getMessage().endsWith("the dataset has 8"), e.getMessage());
  }
}
