package io.dimsieve.exchange;

import io.dimsieve.file.PlainTensorFile;
import java.util.List;

/** The tensors that a names file names, each of the shape that the model needs. */
final class ForeignTensors {

  private final PlainTensorFile file;

  ForeignTensors(PlainTensorFile file) {
    this.file = file;
  }

  PlainTensorFile file() {
    return file;
  }

  /** The tensor that a key names. */
  PlainTensorFile.Entry entry(NamesObject names, String key) {
    String name = names.text(key);
    PlainTensorFile.Entry entry = file.entries().get(name);
    if (entry == null) {
      throw names.wrong(key, file.name() + " has no tensor '" + name + "'");
    }
    return entry;
  }

  /** Elements of a vector: [n], or with axes of 1 besides. */
  float[] vector(NamesObject names, String key, int n) {
    PlainTensorFile.Entry entry = entry(names, key);
    require(isVector(entry, n), names, key, entry, "[" + n + "]");
    return file.floats(entry, 0, n);
  }

  /** A matrix [in, out], row-major. */
  float[] matrix(NamesObject names, String key, int in, int out, boolean outFirst) {
    PlainTensorFile.Entry entry = entry(names, key);
    if ((in == 1 || out == 1) && isVector(entry, in * out)) {
      return file.floats(entry, 0, in * out);
    }
    List<Long> expected = outFirst ? List.of((long) out, (long) in) : List.of((long) in, (long) out);
    require(entry.shape().equals(expected), names, key, entry, expected + (outFirst ? ", out × in" : ", in × out"));
    float[] stored = file.floats(entry, 0, Math.multiplyExact(in, out));
    if (!outFirst) {
      return stored;
    }
    float[] turned = new float[stored.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        turned[i * out + o] = stored[o * in + i];
      }
    }
    return turned;
  }

  /** Whether a tensor is [rows, columns], or a vector of rows where there is one column; {@code atLeast} allows more rows. */
  static boolean isTable(PlainTensorFile.Entry entry, long rows, int columns, boolean atLeast) {
    List<Long> shape = entry.shape();
    boolean fits = shape.size() == 2 && shape.get(1) == columns || shape.size() == 1 && columns == 1;
    return fits && (atLeast ? shape.get(0) >= rows : shape.get(0) == rows);
  }

  private static boolean isVector(PlainTensorFile.Entry entry, int n) {
    long elements = 1;
    long longest = 1;
    for (long size : entry.shape()) {
      elements *= size;
      longest = Math.max(longest, size);
    }
    return elements == n && longest == n;
  }

  void require(boolean fits, NamesObject names, String key, PlainTensorFile.Entry found, String expected) {
    if (!fits) {
      throw names.wrong(key, "tensor '" + found.name() + "' of " + file.name() + " is " + found + ", expected " + expected);
    }
  }
}
