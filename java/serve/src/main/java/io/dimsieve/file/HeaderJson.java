package io.dimsieve.file;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.dimsieve.ModelFormatException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file as it stands: known keys, no duplicates, canonical integers. What types, shapes and
 * offsets may be, its users say.
 */
final class HeaderJson {

  /** A tensor as the header describes it; begin and end are not compared with anything. */
  record Tensor(String name, String dtype, List<Long> shape, long begin, long end) {}

  private static final int MAX_DIMENSIONS = 8;

  private final String file;
  private final JsonReader json;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private HeaderJson(String file, String text) {
    this.file = file;
    json = new JsonReader(new StringReader(text));
    json.setStrictness(Strictness.STRICT);
  }

  /**
   * Parses a header.
   *
   * @param what the file should be, for messages
   * @param bytes the JSON with its trailing spaces
   */
  static HeaderJson parse(String file, String what, byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != '{') {
      throw new ModelFormatException(file, "is not " + what + ": the header is no JSON object");
    }
    try {
      HeaderJson header = new HeaderJson(file, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      header.read();
      return header;
    } catch (CharacterCodingException e) {
      throw new ModelFormatException(file, "the header is not valid UTF-8", e);
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new ModelFormatException(file, "the header is malformed: " + e.getMessage().lines().findFirst().orElse(""), e);
    }
  }

  /** Texts, in the order of the header. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** Tensors, in the order of the header. */
  Collection<Tensor> tensors() {
    return tensors.values();
  }

  private void read() throws IOException {
    json.beginObject();
    boolean described = false;
    while (json.hasNext()) {
      String name = json.nextName();
      if (!name.equals(TensorLayout.METADATA)) {
        readTensor(name);
      } else if (described) {
        throw damaged("the header has two keys " + name);
      } else {
        described = true;
        readMetadata();
      }
    }
    json.endObject();
    if (json.peek() != JsonToken.END_DOCUMENT) {
      throw damaged("something follows the header's JSON object");
    }
  }

  private void readMetadata() throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      if (json.peek() != JsonToken.STRING) {
        throw damaged("metadata " + key + " is not a string");
      }
      if (metadata.putIfAbsent(key, json.nextString()) != null) {
        throw damaged("the metadata have two keys " + key);
      }
    }
    json.endObject();
  }

  private void readTensor(String name) throws IOException {
    String type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      if (key.equals("dtype") && type == null && json.peek() == JsonToken.STRING) {
        type = json.nextString();
      } else if (key.equals("shape") && shape == null) {
        shape = integers(name, MAX_DIMENSIONS);
      } else if (key.equals("data_offsets") && offsets == null) {
        offsets = integers(name, 2);
      } else {
        throw damaged("tensor " + name + ": unexpected \"" + key + "\"");
      }
    }
    json.endObject();
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw damaged("tensor " + name + " needs dtype, shape and two data_offsets");
    }
    if (tensors.putIfAbsent(name, new Tensor(name, type, List.copyOf(shape), offsets.get(0), offsets.get(1))) != null) {
      throw damaged("the header has two tensors " + name);
    }
  }

  private List<Long> integers(String name, int most) throws IOException {
    List<Long> values = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      boolean number = json.peek() == JsonToken.NUMBER;
      String text = number ? json.nextString() : "";
      if (values.size() == most || !text.matches("0|[1-9][0-9]{0,18}")) {
        throw damaged("tensor " + name + ": shape and data_offsets are short lists of integers below 2^63, not " + text);
      }
      values.add(Long.parseLong(text));
    }
    json.endArray();
    return values;
  }

  private ModelFormatException damaged(String message) {
    return new ModelFormatException(file, message);
  }
}
