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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses the JSON header of a tensor file and accepts only what {@link TensorLayout} writes: known keys, no duplicates, canonical
 * integers, and tensors that follow each other without hole or overlap and fill the file exactly.
 */
final class TensorHeader {

  private static final int MAX_DIMENSIONS = 8;

  private final String file;
  private final long dataBytes;
  private final JsonReader json;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private long end;

  private TensorHeader(String file, String text, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
    json = new JsonReader(new StringReader(text));
    json.setStrictness(Strictness.STRICT);
  }

  /**
   * Parses a header.
   *
   * @param bytes the JSON with its trailing spaces
   * @param dataBytes bytes of the file after the header
   */
  static TensorHeader parse(String file, byte[] bytes, long dataBytes) {
    if (bytes.length == 0 || bytes[0] != '{') {
      throw new ModelFormatException(file, "is not a Dimsieve file: the header is no JSON object");
    }
    TensorHeader header;
    try {
      header = new TensorHeader(file, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), dataBytes);
      header.read();
    } catch (CharacterCodingException e) {
      throw new ModelFormatException(file, "the header is not valid UTF-8", e);
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new ModelFormatException(file, "the header is malformed: " + e.getMessage().lines().findFirst().orElse(""), e);
    }
    header.check();
    return header;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /** All tensors by offset, pads and checksum included. */
  Map<String, TensorEntry> entries() {
    return entries;
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
    add(name, type(name, type), shape, offsets.get(0), offsets.get(1));
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

  private TensorType type(String name, String text) {
    for (TensorType type : TensorType.values()) {
      if (type.name().equals(text)) {
        return type;
      }
    }
    throw damaged("tensor " + name + " has the unknown dtype " + text);
  }

  private void add(String name, TensorType type, List<Long> shape, long begin, long last) {
    long bytes;
    try {
      bytes = TensorEntry.bytes(type, shape);
    } catch (ArithmeticException e) {
      throw damaged("tensor " + name + ": shape " + shape + " is larger than any file");
    }
    if (last < begin || last - begin != bytes) {
      throw damaged("tensor " + name + ": shape " + shape + " of " + type + " needs " + bytes + " bytes, not ["
          + begin + ", " + last + ")");
    }
    if (begin != end) {
      throw damaged("tensor " + name + (begin < end ? " overlaps the one before" : " leaves a hole before it"));
    }
    if (last > dataBytes) {
      throw damaged("tensor " + name + " ends at " + last + ", the file's data at " + dataBytes + ": the file is cut short");
    }
    if (begin % TensorLayout.ALIGNMENT != 0 && !name.startsWith(TensorLayout.PAD)) {
      throw damaged("tensor " + name + " begins at " + begin + ", no multiple of " + TensorLayout.ALIGNMENT);
    }
    if (entries.putIfAbsent(name, new TensorEntry(name, type, shape, begin, bytes)) != null) {
      throw damaged("the header has two tensors " + name);
    }
    end = last;
  }

  /** Format, version, checksum tensor and total size; the kind is checked by whoever opens the file. */
  private void check() {
    if (!TensorLayout.FORMAT.equals(metadata.get("format"))) {
      throw new ModelFormatException(file, "is not a Dimsieve file: the metadata name the format " + metadata.get("format"));
    }
    String version = metadata.getOrDefault("version", "");
    if (!version.matches("[1-9][0-9]{0,8}")) {
      throw damaged("the format version is \"" + version + "\", not a number");
    }
    if (Integer.parseInt(version) > TensorLayout.VERSION) {
      throw new ModelFormatException(file, "was written by a newer Dimsieve (format version " + version
          + "; this one reads up to " + TensorLayout.VERSION + ")");
    }
    if (end != dataBytes) {
      throw damaged("the tensors end at " + end + ", the file's data at " + dataBytes);
    }
    TensorEntry checksum = entries.get(TensorLayout.CHECKSUM);
    if (checksum == null || checksum.end() != end || checksum.type() != TensorType.U32
        || !checksum.shape().equals(List.of((long) entries.size()))) {
      throw damaged("the last tensor is not " + TensorLayout.CHECKSUM + " U32 [" + entries.size() + "]");
    }
  }

  private ModelFormatException damaged(String message) {
    return new ModelFormatException(file, message);
  }
}
