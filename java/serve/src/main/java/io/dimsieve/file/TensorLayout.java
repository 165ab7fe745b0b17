package io.dimsieve.file;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a tensor file will contain, declared before anything is written: because every shape is known first, the header never
 * moves and tensors may be filled in any order. The layout places each tensor at a multiple of 64 bytes and fills the gaps with
 * {@code U8} tensors {@code dimsieve.pad.N} (safetensors allows no holes); the checksum tensor comes last.
 */
public final class TensorLayout {

  /** Tensors and data begin at multiples of this many bytes. */
  static final int ALIGNMENT = 64;
  static final String FORMAT = "dimsieve";
  static final int VERSION = 2;
  static final String METADATA = "__metadata__";
  static final String RESERVED = "dimsieve.";
  static final String PAD = "dimsieve.pad.";
  static final String CHECKSUM = "dimsieve.checksum";

  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private final boolean plain;
  private long end;

  private TensorLayout() {
    plain = true;
  }

  /** An empty safetensors file for other tools: the declared tensors without pads, checksums and Dimsieve's own metadata. */
  public static TensorLayout plain() {
    return new TensorLayout();
  }

  /** An empty file of a kind such as {@code dataset}, {@code model} or {@code checkpoint}. */
  public TensorLayout(String kind) {
    plain = false;
    metadata.put("format", FORMAT);
    metadata.put("version", Integer.toString(VERSION));
    metadata.put("kind", kind);
  }

  /** Adds a text; keys are unique. */
  public TensorLayout metadata(String key, String value) {
    if (metadata.putIfAbsent(key, value) != null) {
      throw new IllegalArgumentException("metadata " + key + " is given twice");
    }
    return this;
  }

  /** Adds a tensor; names are unique and do not begin with {@code dimsieve.} or two underscores. */
  public TensorLayout tensor(String name, TensorType type, long... shape) {
    if (name.isEmpty() || name.startsWith(RESERVED) || name.startsWith("__")) {
      throw new IllegalArgumentException("tensor name \"" + name + "\" is reserved");
    }
    pad();
    place(name, type, Arrays.stream(shape).boxed().toList());
    return this;
  }

  private void pad() {
    long missing = plain ? 0 : -end & (ALIGNMENT - 1);
    if (missing > 0) {
      place(PAD + entries.size(), TensorType.U8, List.of(missing));
    }
  }

  private void place(String name, TensorType type, List<Long> shape) {
    TensorEntry entry = new TensorEntry(name, type, shape, end, TensorEntry.bytes(type, shape));
    if (entries.putIfAbsent(name, entry) != null) {
      throw new IllegalArgumentException("tensor " + name + " is given twice");
    }
    end = Math.addExact(end, entry.bytes());
  }

  /** All tensors by offset: declared ones and, in a file of Dimsieve's own, pads, the checksum last. Completes the layout. */
  List<TensorEntry> complete() {
    if (!plain && !entries.containsKey(CHECKSUM)) {
      pad();
      place(CHECKSUM, TensorType.U32, List.of(entries.size() + 1L));
    }
    return new ArrayList<>(entries.values());
  }

  /** Length (8 bytes, little-endian), JSON, and spaces up to the next multiple of 64. */
  byte[] header() {
    byte[] json = json().getBytes(StandardCharsets.UTF_8);
    int padded = Math.addExact(json.length, Long.BYTES + ALIGNMENT - 1) & -ALIGNMENT;
    byte[] header = new byte[padded];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(padded - Long.BYTES).put(json);
    return header;
  }

  private String json() {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setHtmlSafe(false);
      json.beginObject().name(METADATA).beginObject();
      for (Map.Entry<String, String> each : metadata.entrySet()) {
        json.name(each.getKey()).value(each.getValue());
      }
      json.endObject();
      for (TensorEntry entry : complete()) {
        json.name(entry.name()).beginObject().name("dtype").value(entry.type().name()).name("shape").beginArray();
        for (long size : entry.shape()) {
          json.value(size);
        }
        json.endArray().name("data_offsets").beginArray().value(entry.begin()).value(entry.end()).endArray().endObject();
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
