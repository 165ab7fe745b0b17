package io.dimsieve.http;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.dimsieve.encode.Encoder;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the rows of a request, encoded as it goes:
 *
 * <pre>
 * {"rows": [{"site": "s1", "age": 3}, {"age": null}]}
 * {"fields": ["site", "age"], "rows": [["s1", 3], ["s2", "4"]]}
 * </pre>
 *
 * A value is a string, a number (taken as the text it is written in) or null; null, the empty string and a field that is left out all mean missing.
 */
final class RowParser {

  private final Encoder encoder;
  private final int maxRows;
  private final int fields;
  private final Map<String, Integer> indices = new HashMap<>();
  private final int[] missing; // the id of a missing value, by field
  private final int[] lastRow; // the last row that named a field, so that none is named twice
  private int[] ids;

  RowParser(Encoder encoder, int maxRows) {
    this.encoder = encoder;
    this.maxRows = maxRows;
    this.fields = encoder.fields();
    this.missing = new int[fields];
    this.lastRow = new int[fields];
    this.ids = new int[fields];
    for (int f = 0; f < fields; f++) {
      indices.put(encoder.schema().fields().get(f).name(), f);
      missing[f] = encoder.encode(f, null);
    }
  }

  Encoder encoder() {
    return encoder;
  }

  /** The ids of the last request, [rows, fields], row-major; longer than that. */
  int[] ids() {
    return ids;
  }

  /** Reads a request and gives its number of rows; a {@link Refusal} says where it is wrong. */
  int parse(byte[] body) {
    try (JsonReader json = new JsonReader(new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8.newDecoder()))) {
      json.setStrictness(Strictness.STRICT);
      expect(json, JsonToken.BEGIN_OBJECT, "a request is an object");
      json.beginObject();
      int[] header = null;
      int rows = -1;
      while (json.hasNext()) {
        String key = json.nextName();
        if (key.equals("fields") && header == null && rows < 0) {
          header = header(json);
        } else if (key.equals("rows") && rows < 0) {
          rows = rows(json, header);
        } else {
          throw bad(json, key.equals("fields") || key.equals("rows") ? "fields and rows stand once, fields before rows" : "unknown key '" + key + "'");
        }
      }
      json.endObject();
      json.peek(); // anything behind the object is malformed
      if (rows < 0) {
        throw bad(json, "no rows");
      }
      return rows;
    } catch (MalformedJsonException | EOFException e) {
      throw new Refusal(400, "malformed JSON" + place(e.getMessage()));
    } catch (CharacterCodingException e) {
      throw new Refusal(400, "malformed JSON: not valid UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing else is read than memory
    }
  }

  private int[] header(JsonReader json) throws IOException {
    expect(json, JsonToken.BEGIN_ARRAY, "fields is an array of names");
    json.beginArray();
    int[] columns = new int[fields];
    int count = 0;
    Arrays.fill(lastRow, -1);
    while (json.hasNext()) {
      expect(json, JsonToken.STRING, "fields is an array of names");
      int field = field(json, json.nextString(), 0); // named twice is refused, so there are never more than fields
      columns[count++] = field;
    }
    json.endArray();
    return Arrays.copyOf(columns, count);
  }

  private int rows(JsonReader json, int[] header) throws IOException {
    expect(json, JsonToken.BEGIN_ARRAY, "rows is an array");
    json.beginArray();
    Arrays.fill(lastRow, -1);
    int row = 0;
    for (; json.hasNext(); row++) {
      if (row == maxRows) {
        throw new Refusal(413, "more than " + maxRows + " rows in a request");
      }
      if (ids.length < (row + 1) * fields) {
        ids = Arrays.copyOf(ids, Math.min(maxRows, 2 * (row + 1)) * fields);
      }
      System.arraycopy(missing, 0, ids, row * fields, fields);
      if (header == null) {
        object(json, row);
      } else {
        array(json, row, header);
      }
    }
    json.endArray();
    return row;
  }

  private void object(JsonReader json, int row) throws IOException {
    expect(json, JsonToken.BEGIN_OBJECT, "a row is an object, or an array where fields stands before rows");
    json.beginObject();
    while (json.hasNext()) {
      int field = field(json, json.nextName(), row);
      encode(json, row, field);
    }
    json.endObject();
  }

  private void array(JsonReader json, int row, int[] header) throws IOException {
    expect(json, JsonToken.BEGIN_ARRAY, "a row is an array, as fields stands before rows");
    json.beginArray();
    int column = 0;
    for (; json.hasNext(); column++) {
      if (column == header.length) {
        throw bad(json, "a row has more values than the " + header.length + " fields");
      }
      encode(json, row, header[column]);
    }
    if (column < header.length) {
      throw bad(json, "a row has " + column + " values for " + header.length + " fields");
    }
    json.endArray();
  }

  private int field(JsonReader json, String name, int row) {
    Integer field = indices.get(name);
    if (field == null) {
      throw bad(json, "unknown field '" + name + "'");
    }
    if (lastRow[field] == row) {
      throw bad(json, "field '" + name + "' is named twice");
    }
    lastRow[field] = row;
    return field;
  }

  private void encode(JsonReader json, int row, int field) throws IOException {
    String text = switch (json.peek()) {
      case STRING, NUMBER -> json.nextString();
      case NULL -> {
        json.nextNull();
        yield null;
      }
      default -> throw bad(json, "a value is a string, a number or null");
    };
    try {
      ids[row * fields + field] = encoder.encode(field, text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "rows[" + row + "]: " + e.getMessage());
    }
  }

  private static void expect(JsonReader json, JsonToken token, String what) throws IOException {
    if (json.peek() != token) {
      throw bad(json, what);
    }
  }

  private static Refusal bad(JsonReader json, String what) {
    return new Refusal(400, what + place(json.toString()));
  }

  /** The " at line ... column ... path ..." that Gson ends its first line with. */
  private static String place(String text) {
    int at = text.indexOf(" at line ");
    int end = text.indexOf('\n', Math.max(at, 0));
    return at < 0 ? "" : text.substring(at, end < 0 ? text.length() : end);
  }
}
