package io.dimsieve.file;

import io.dimsieve.ModelFormatException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a tensor file: accepts only what {@link TensorLayout} writes, tensors of known types that follow each other
 * without hole or overlap and fill the file exactly ({@link HeaderJson} has refused unknown keys, duplicates and odd numbers).
 */
final class TensorHeader {

  private final String file;
  private final long dataBytes;
  private final Map<String, String> metadata;
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private long end;

  private TensorHeader(String file, HeaderJson json, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
    this.metadata = json.metadata();
    for (HeaderJson.Tensor tensor : json.tensors()) {
      add(tensor.name(), type(tensor.name(), tensor.dtype()), tensor.shape(), tensor.begin(), tensor.end());
    }
    check();
  }

  /**
   * Parses a header.
   *
   * @param bytes the JSON with its trailing spaces
   * @param dataBytes bytes of the file after the header
   */
  static TensorHeader parse(String file, byte[] bytes, long dataBytes) {
    return new TensorHeader(file, HeaderJson.parse(file, "a Dimsieve file", bytes), dataBytes);
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /** All tensors by offset, pads and checksum included. */
  Map<String, TensorEntry> entries() {
    return entries;
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
    entries.put(name, new TensorEntry(name, type, shape, begin, bytes));
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
