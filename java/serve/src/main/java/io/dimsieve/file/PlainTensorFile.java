package io.dimsieve.file;

import io.dimsieve.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file that another tool wrote: no checksums, no alignment, tensors of any type in any order of the header, but as
 * the format demands without hole or overlap to the end of the file. Reads need memory for the header and for what is asked for.
 */
public final class PlainTensorFile implements AutoCloseable {

  private static final int MAX_HEADER_BYTES = 100_000_000;

  /** Bytes of an element of the types whose shapes can be checked; a tensor of another type can be there, but not read. */
  private static final Map<String, Integer> SIZES = Map.ofEntries(
      Map.entry("BOOL", 1), Map.entry("U8", 1), Map.entry("I8", 1), Map.entry("F8_E4M3", 1), Map.entry("F8_E5M2", 1), Map.entry("I16", 2),
      Map.entry("U16", 2), Map.entry("F16", 2), Map.entry("BF16", 2), Map.entry("I32", 4), Map.entry("U32", 4), Map.entry("F32", 4),
      Map.entry("I64", 8), Map.entry("U64", 8), Map.entry("F64", 8));

  /**
   * A tensor of the file.
   *
   * @param dtype as the header says
   * @param shape sizes, outermost first; row-major
   */
  public record Entry(String name, String dtype, List<Long> shape, long begin, long end) {
    @Override
    public String toString() {
      return dtype + " " + shape;
    }
  }

  private final Path path;
  private final FileBytes file;
  private final long dataStart;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private PlainTensorFile(Path path, FileBytes file) throws IOException {
    this.path = path;
    this.file = file;
    long size = file.size();
    if (size < Long.BYTES) {
      throw damaged("is not a safetensors file: it has " + size + " bytes");
    }
    long length = read(0, Long.BYTES).getLong();
    if (length < 0 || length > Math.min(MAX_HEADER_BYTES, size - Long.BYTES)) {
      throw damaged(
          "is not a safetensors file or is cut short: a header of " + Long.toUnsignedString(length) + " bytes in a file of " + size);
    }
    dataStart = Long.BYTES + length;
    HeaderJson header = HeaderJson.parse(path.toString(), "a safetensors file", read(Long.BYTES, (int) length).array());
    long end = 0;
    Comparator<HeaderJson.Tensor> byOffset = Comparator.comparingLong(HeaderJson.Tensor::begin).thenComparingLong(HeaderJson.Tensor::end);
    for (HeaderJson.Tensor tensor : header.tensors().stream().sorted(byOffset).toList()) {
      check(tensor, end);
      end = tensor.end();
      entries.put(tensor.name(), new Entry(tensor.name(), tensor.dtype(), tensor.shape(), tensor.begin(), tensor.end()));
    }
    if (end != size - dataStart) {
      throw damaged("the tensors end at " + end + ", the file's data at " + (size - dataStart));
    }
  }

  private void check(HeaderJson.Tensor tensor, long before) {
    if (tensor.end() < tensor.begin()) {
      throw damaged("tensor " + tensor.name() + " ends at " + tensor.end() + ", before it begins at " + tensor.begin());
    }
    if (tensor.begin() != before) {
      throw damaged("tensor " + tensor.name() + (tensor.begin() < before ? " overlaps the one before" : " leaves a hole before it"));
    }
    Integer size = SIZES.get(tensor.dtype());
    if (size == null) {
      return;
    }
    long bytes = size;
    try {
      for (long n : tensor.shape()) {
        bytes = Math.multiplyExact(bytes, n);
      }
    } catch (ArithmeticException e) {
      throw damaged("tensor " + tensor.name() + ": shape " + tensor.shape() + " is larger than any file");
    }
    if (bytes != tensor.end() - tensor.begin()) {
      throw damaged(
          "tensor " + tensor.name() + ": shape " + tensor.shape() + " of " + tensor.dtype() + " needs " + bytes + " bytes, not ["
              + tensor.begin() + ", " + tensor.end() + ")");
    }
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws ModelFormatException when it is missing or no safetensors file
   */
  public static PlainTensorFile open(Path path) {
    try {
      FileBytes file = FileBytes.of(FileChannel.open(path, StandardOpenOption.READ));
      try {
        return new PlainTensorFile(path, file);
      } catch (IOException | RuntimeException | Error e) {
        file.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(path.toString(), "does not exist", e);
    } catch (IOException e) {
      throw TensorFileReader.unreadable(path, e);
    }
  }

  /** Name for messages. */
  public String name() {
    return path.toString();
  }

  /** The tensors by name, in the order of their bytes. */
  public Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /**
   * Elements of an F32 or F64 tensor as floats.
   *
   * @param first element
   * @throws ModelFormatException when the tensor has another type, or one of these elements is no finite float
   */
  public float[] floats(Entry entry, long first, int count) {
    boolean wide = entry.dtype().equals("F64");
    if (!wide && !entry.dtype().equals("F32")) {
      throw damaged("tensor " + entry.name() + " is " + entry + "; weights are F32 or F64");
    }
    int size = wide ? Double.BYTES : Float.BYTES;
    if (first < 0 || count < 0 || first > (entry.end() - entry.begin()) / size - count) {
      throw new IndexOutOfBoundsException(count + " elements at " + first + " of tensor " + entry.name() + " " + entry);
    }
    ByteBuffer bytes;
    try {
      bytes = read(dataStart + entry.begin() + first * size, Math.multiplyExact(count, size));
    } catch (IOException e) {
      throw TensorFileReader.unreadable(path, e);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = wide ? (float) bytes.getDouble() : bytes.getFloat();
      if (!Float.isFinite(values[i])) {
        throw damaged("tensor " + entry.name() + " holds " + values[i] + " at element " + (first + i));
      }
    }
    return values;
  }

  private ByteBuffer read(long at, int bytes) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.read(target, at);
    return target.flip();
  }

  private ModelFormatException damaged(String message) {
    return new ModelFormatException(name(), message);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw TensorFileReader.unreadable(path, e);
    }
  }
}
