package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SchemaTest {

  private static final Schema SCHEMA = new Schema(new LabelRule("rating", 3.0, 3.0), List.of(
      Field.categorical("usér \"x\"\n", 2),
      Field.numeric("I1", Bucketizer.LOG2_NULL, 1),
      new Field("site", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 1000)));

  @Test
  void jsonRoundTripIsExact(@TempDir Path dir) throws IOException {
    String json = SCHEMA.toJson();
    assertEquals(SCHEMA, Schema.fromJson(json));
    assertEquals(json, Schema.fromJson(json).toJson());
    Path file = Files.writeString(dir.resolve("schema.json"), json + "\n");
    assertEquals(SCHEMA, Schema.parse(file));
    assertEquals("{\"label\":{\"column\":\"y\",\"positiveAbove\":null,\"dropEqual\":null},\"fields\":[{\"name\":\"a\","
        + "\"kind\":\"categorical\",\"bucketizer\":\"none\",\"minCount\":1,\"hashBuckets\":0}]}",
        Schema.fromJson("{\"fields\":[{\"name\":\"a\"}],\"label\":{\"column\":\"y\"}}").toJson());
  }

  @Test
  void everyErrorNamesPlaceAndReason() {
    String label = "{'label': {'column': 'y'}, 'fields': [";
    refused("$.fields[0].cap: unknown key", label + "{'name': 'a', 'cap': 1}]}");
    refused("$.extra: unknown key", "{'extra': 1}");
    refused("$.label.abvoe: unknown key", "{'label': {'abvoe': 1}}");
    refused("field 'a' is named twice", label + "{'name': 'a'}, {'name': 'a'}]}");
    refused("$.fields[0].name: key given twice", label + "{'name': 'a', 'name': 'b'}]}");
    refused("fields is empty", label + "]}");
    refused("field 'y' is the label column", label + "{'name': 'y'}]}");
    refused("$.fields[0].name: expected STRING, found NUMBER", label + "{'name': 7}]}");
    refused("$.fields[0].minCount: expected NUMBER, found STRING", label + "{'name': 'a', 'minCount': '1'}]}");
    refused("1.5 is not a 32-bit integer", label + "{'name': 'a', 'minCount': 1.5}]}");
    refused("99999999999 is not a 32-bit integer", label + "{'name': 'a', 'minCount': 99999999999}]}");
    refused("expected one of [categorical, numeric]", label + "{'name': 'a', 'kind': 'CATEGORICAL'}]}");
    refused("field 'a': minCount is 0", label + "{'name': 'a', 'minCount': 0}]}");
    refused("key 'name' is missing", label + "{}]}");
    refused("key 'fields' is missing", "{'label': {'column': 'y'}}");
    refused("key 'label' is missing", "{'fields': [{'name': 'a'}]}");
    refused("key 'column' is missing", "{'label': {}}");
    refused("expected BEGIN_OBJECT, found BEGIN_ARRAY", "[]");
    refused("positiveAbove is Infinity", "{'label': {'column': 'y', 'positiveAbove': 1e999}}");
  }

  @Test
  void syntaxIsStrict() {
    String good = "{'label': {'column': 'y'}, 'fields': [{'name': 'a'}]}";
    Schema.fromJson(good.replace('\'', '"'));
    refused("schema:1:", good + "x");
    refused("schema:1:", good + "{}");
    refused("schema:1:", good.substring(0, 20));
    refused("schema:1:", "");
    refused("schema:1:", "// comment\n" + good);
    refused("schema:2:", "{\n'label': {'column': 'y',}}");
    assertThrows(ConfigurationException.class, () -> Schema.fromJson(good));
  }

  @Test
  void withoutALabelAnyFieldNameWillDo() {
    Schema schema = new Schema(LabelRule.binary("y"), List.of(Field.categorical("a", 1), Field.categorical("b", 1)));
    assertNull(schema.unlabeled().label());
    assertEquals(schema.fields(), schema.unlabeled().fields());
    assertEquals("y", new Schema(null, List.of(Field.categorical("y", 1))).fields().get(0).name());
  }

  @Test
  void fileErrorsNameTheFile(@TempDir Path dir) throws IOException {
    Path absent = dir.resolve("absent.json");
    assertTrue(assertThrows(ConfigurationException.class, () -> Schema.parse(absent)).getMessage().startsWith(absent + ": "));
    Path latin1 = Files.write(dir.resolve("latin1.json"), new byte[] {'{', '"', (byte) 0xfc, '"'});
    String message = assertThrows(ConfigurationException.class, () -> Schema.parse(latin1)).getMessage();
    assertEquals(latin1 + ": not valid UTF-8", message);
    Path wrong = Files.writeString(dir.resolve("wrong.json"), "{\n  \"labels\": 1}");
    message = assertThrows(ConfigurationException.class, () -> Schema.parse(wrong)).getMessage();
    assertTrue(message.startsWith(wrong + ":2:") && message.contains("$.labels: unknown key"), message);
  }

  private static void refused(String reason, String json) {
    String message = assertThrows(ConfigurationException.class, () -> Schema.fromJson(json.replace('\'', '"'))).getMessage();
    assertTrue(message.startsWith("schema:") && message.contains(reason) && message.indexOf('\n') < 0, message);
  }
}
