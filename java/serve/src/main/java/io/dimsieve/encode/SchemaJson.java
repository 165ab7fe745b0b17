package io.dimsieve.encode;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON text of a {@link Schema}: strict syntax, no unknown and no repeated key, every error with its place. */
final class SchemaJson {

  private static final Pattern PLACE = Pattern.compile(" at line (\\d+) column (\\d+) path (.*)", Pattern.DOTALL);

  private final String origin;
  private final JsonReader json;

  private SchemaJson(String origin, String text) {
    this.origin = origin;
    this.json = new JsonReader(new StringReader(text));
    json.setStrictness(Strictness.STRICT);
  }

  static Schema read(String origin, String text) {
    SchemaJson reader = new SchemaJson(origin, text);
    try {
      Schema schema = reader.schema();
      reader.json.peek();
      return schema;
    } catch (IOException e) {
      throw reader.error(String.valueOf(e.getMessage()).replaceFirst("(?s) at line .*", ""), e);
    }
  }

  private Schema schema() throws IOException {
    LabelRule label = null;
    List<Field> fields = null;
    Set<String> seen = new HashSet<>();
    open();
    while (json.hasNext()) {
      switch (key(seen)) {
        case "label" -> label = label();
        case "fields" -> fields = fields();
        default -> throw error("unknown key, expected label or fields", null);
      }
    }
    json.endObject();
    require(label, "label");
    require(fields, "fields");
    try {
      return new Schema(label, fields);
    } catch (ConfigurationException e) {
      throw error(e.getMessage(), e);
    }
  }

  private LabelRule label() throws IOException {
    String column = null;
    Double positiveAbove = null;
    Double dropEqual = null;
    Set<String> seen = new HashSet<>();
    open();
    while (json.hasNext()) {
      switch (key(seen)) {
        case "column" -> column = text();
        case "positiveAbove" -> positiveAbove = numberOrNull();
        case "dropEqual" -> dropEqual = numberOrNull();
        default -> throw error("unknown key, expected column, positiveAbove or dropEqual", null);
      }
    }
    require(column, "column");
    try {
      LabelRule rule = new LabelRule(column, positiveAbove, dropEqual);
      json.endObject();
      return rule;
    } catch (ConfigurationException e) {
      throw error(e.getMessage(), e);
    }
  }

  private List<Field> fields() throws IOException {
    List<Field> fields = new ArrayList<>();
    expect(JsonToken.BEGIN_ARRAY);
    json.beginArray();
    while (json.hasNext()) {
      fields.add(field());
    }
    json.endArray();
    return fields;
  }

  private Field field() throws IOException {
    String name = null;
    FieldKind kind = FieldKind.CATEGORICAL;
    Bucketizer bucketizer = Bucketizer.NONE;
    int minCount = 1;
    int hashBuckets = 0;
    Set<String> seen = new HashSet<>();
    open();
    while (json.hasNext()) {
      switch (key(seen)) {
        case "name" -> name = text();
        case "kind" -> kind = constant(FieldKind.values());
        case "bucketizer" -> bucketizer = constant(Bucketizer.values());
        case "minCount" -> minCount = integer();
        case "hashBuckets" -> hashBuckets = integer();
        default -> throw error("unknown key, expected name, kind, bucketizer, minCount or hashBuckets", null);
      }
    }
    require(name, "name");
    try {
      Field field = new Field(name, kind, bucketizer, minCount, hashBuckets);
      json.endObject();
      return field;
    } catch (ConfigurationException e) {
      throw error(e.getMessage(), e);
    }
  }

  private void open() throws IOException {
    expect(JsonToken.BEGIN_OBJECT);
    json.beginObject();
  }

  private String key(Set<String> seen) throws IOException {
    String key = json.nextName();
    if (!seen.add(key)) {
      throw error("key given twice", null);
    }
    return key;
  }

  private String text() throws IOException {
    expect(JsonToken.STRING);
    return json.nextString();
  }

  private int integer() throws IOException {
    expect(JsonToken.NUMBER);
    String text = json.nextString();
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw error(text + " is not a 32-bit integer", e);
    }
  }

  private Double numberOrNull() throws IOException {
    if (json.peek() == JsonToken.NULL) {
      json.nextNull();
      return null;
    }
    expect(JsonToken.NUMBER);
    return Double.valueOf(json.nextString());
  }

  private <T extends Enum<T>> T constant(T[] values) throws IOException {
    String text = text();
    for (T value : values) {
      if (spelling(value).equals(text)) {
        return value;
      }
    }
    List<String> known = Arrays.stream(values).map(SchemaJson::spelling).toList();
    throw error("unknown value '" + text + "', expected one of " + known, null);
  }

  private static String spelling(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private void expect(JsonToken token) throws IOException {
    JsonToken found = json.peek();
    if (found != token) {
      throw error("expected " + token + ", found " + found, null);
    }
  }

  private void require(Object value, String key) {
    if (value == null) {
      throw error("key '" + key + "' is missing", null);
    }
  }

  // Gson tells line, column and path of its position only through toString().
  private ConfigurationException error(String reason, Throwable cause) {
    Matcher place = PLACE.matcher(json.toString());
    String where = place.find() ? ":" + place.group(1) + ":" + place.group(2) + ": " + place.group(3) : "";
    return new ConfigurationException(origin + where + ": " + reason, cause);
  }

  static String write(Schema schema) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setStrictness(Strictness.STRICT);
      LabelRule label = schema.label();
      json.beginObject().name("label").beginObject();
      json.name("column").value(label.column());
      json.name("positiveAbove").value(label.positiveAbove());
      json.name("dropEqual").value(label.dropEqual());
      json.endObject().name("fields").beginArray();
      for (Field field : schema.fields()) {
        json.beginObject();
        json.name("name").value(field.name());
        json.name("kind").value(spelling(field.kind()));
        json.name("bucketizer").value(spelling(field.bucketizer()));
        json.name("minCount").value(field.minCount());
        json.name("hashBuckets").value(field.hashBuckets());
        json.endObject();
      }
      json.endArray().endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
