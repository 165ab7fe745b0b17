package io.dimsieve.file;

import io.dimsieve.ModelFormatException;
import io.dimsieve.memory.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Reads a tensor file. {@link #open} verifies all of it, header and every byte of data, before anything is returned, in a fixed
 * amount of memory beyond the header; a file that was damaged, cut, extended or written by a newer format is a
 * {@link ModelFormatException}.
 *
 * <p>Reads are positional, so several threads may share a reader. The file may be replaced meanwhile (the reader keeps the one it
 * opened) but must not be changed in place.
 */
public final class TensorFileReader implements AutoCloseable {

  private static final int MAX_HEADER_BYTES = 100_000_000;
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path path;
  private final FileBytes file;
  private final long dataStart;
  private final TensorHeader header;

  private TensorFileReader(Path path, FileBytes file, String kind, boolean verified) throws IOException {
    this.path = path;
    this.file = file;
    CRC32C checksum = new CRC32C();
    byte[] json = readHeader(checksum);
    dataStart = (long) Long.BYTES + json.length;
    header = TensorHeader.parse(path.toString(), json, file.size() - dataStart);
    String found = metadata("kind");
    if (kind != null && !found.equals(kind)) {
      throw damaged("is a " + found + " file; a " + kind + " file is needed");
    }
    if (verified) {
      verify((int) checksum.getValue());
    }
  }

  /**
   * Opens and verifies a file.
   *
   * @param kind what the file must be, such as {@code dataset}; null for anything
   */
  public static TensorFileReader open(Path path, String kind) {
    return open(path, kind, true);
  }

  /** Opens a file that this process has just written: only its header is checked. */
  public static TensorFileReader written(Path path, String kind) {
    return open(path, kind, false);
  }

  private static TensorFileReader open(Path path, String kind, boolean verified) {
    try {
      FileBytes file = FileBytes.of(FileChannel.open(path, StandardOpenOption.READ));
      try {
        return new TensorFileReader(path, file, kind, verified);
      } catch (IOException | RuntimeException | Error e) {
        file.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(path.toString(), "does not exist", e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * Opens a file that is mapped to memory.
   *
   * @param path for messages
   * @param mapping of the whole file; stays the caller's
   * @param verified whether checksums are verified, which reads every page; without, only the header is checked
   */
  static TensorFileReader of(Path path, Block mapping, String kind, boolean verified) {
    try {
      return new TensorFileReader(path, FileBytes.of(mapping), kind, verified);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** Where the content of a tensor begins, in bytes from the begin of the file. */
  long position(TensorEntry entry) {
    return dataStart + entry.begin();
  }

  /** What a file is, such as {@code dataset}; the file is verified. */
  public static String kind(Path path) {
    try (TensorFileReader reader = open(path, null)) {
      return reader.metadata("kind");
    }
  }

  private byte[] readHeader(CRC32C checksum) throws IOException {
    long size = file.size();
    if (size < Long.BYTES) {
      throw damaged("is not a Dimsieve file: it has " + size + " bytes");
    }
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(length, 0);
    checksum.update(length.flip().duplicate());
    long bytes = length.getLong();
    if (bytes < 0 || bytes > Math.min(MAX_HEADER_BYTES, size - Long.BYTES)) {
      throw damaged("is not a Dimsieve file or is cut short: a header of " + Long.toUnsignedString(bytes)
          + " bytes in a file of " + size);
    }
    if ((bytes + Long.BYTES) % TensorLayout.ALIGNMENT != 0) {
      throw damaged("is not a Dimsieve file: the data begin at " + (bytes + Long.BYTES) + ", no multiple of "
          + TensorLayout.ALIGNMENT);
    }
    byte[] json = new byte[(int) bytes];
    file.read(ByteBuffer.wrap(json), Long.BYTES);
    checksum.update(json);
    return json;
  }

  private void verify(int headerChecksum) throws IOException {
    int[] stored = ints(tensor(TensorLayout.CHECKSUM));
    if (stored[0] != headerChecksum) {
      throw damaged("the header is damaged (checksum)");
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, file.size()));
    CRC32C checksum = new CRC32C();
    int next = 1;
    for (TensorEntry entry : header.entries().values()) {
      if (entry.name().equals(TensorLayout.CHECKSUM)) {
        break;
      }
      checksum.reset();
      for (long done = 0; done < entry.bytes(); done += buffer.limit()) {
        file.read(buffer.clear().limit((int) Math.min(buffer.capacity(), entry.bytes() - done)), dataStart + entry.begin() + done);
        checksum.update(buffer.flip());
      }
      if (stored[next++] != (int) checksum.getValue()) {
        throw damaged("tensor " + entry.name() + " is damaged (checksum)");
      }
    }
  }

  public Path path() {
    return path;
  }

  /** All texts of the header, in file order. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** A text that must be there. */
  public String metadata(String key) {
    String value = header.metadata().get(key);
    if (value == null) {
      throw damaged("the metadata lack " + key);
    }
    return value;
  }

  /** Names of the tensors, in file order; pads and the checksum are not among them. */
  public List<String> names() {
    List<String> names = new ArrayList<>(header.entries().keySet());
    names.removeIf(name -> name.startsWith(TensorLayout.RESERVED));
    return names;
  }

  /** A tensor that must be there. */
  public TensorEntry tensor(String name) {
    TensorEntry entry = header.entries().get(name);
    if (entry == null) {
      throw damaged("lacks the tensor " + name);
    }
    return entry;
  }

  /**
   * A tensor that must be there with this type and shape.
   *
   * @param shape expected sizes; -1 accepts any
   */
  public TensorEntry tensor(String name, TensorType type, long... shape) {
    TensorEntry entry = tensor(name);
    boolean fits = entry.type() == type && entry.shape().size() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] == -1 || shape[i] == entry.shape().get(i);
    }
    if (!fits) {
      throw damaged("tensor " + name + " is " + entry.type() + " " + entry.shape() + "; expected " + type + " "
          + Arrays.toString(shape));
    }
    return entry;
  }

  /** Content of a {@code U8} tensor. */
  public byte[] bytes(TensorEntry entry) {
    return heap(entry, TensorType.U8).array();
  }

  /** Content of an {@code I32} or {@code U32} tensor. */
  public int[] ints(TensorEntry entry) {
    int[] values = new int[length(entry, TensorType.I32, TensorType.U32)];
    heap(entry, entry.type()).asIntBuffer().get(values);
    return values;
  }

  /** Content of an {@code I64} tensor. */
  public long[] longs(TensorEntry entry) {
    long[] values = new long[length(entry, TensorType.I64, TensorType.I64)];
    heap(entry, TensorType.I64).asLongBuffer().get(values);
    return values;
  }

  /** Content of an {@code F32} tensor. */
  public float[] floats(TensorEntry entry) {
    float[] values = new float[length(entry, TensorType.F32, TensorType.F32)];
    heap(entry, TensorType.F32).asFloatBuffer().get(values);
    return values;
  }

  /** Copies bytes of a tensor, of any size, into a host block. */
  public void read(TensorEntry entry, long offset, Block target, long targetOffset, long bytes) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(bytes, BUFFER_BYTES));
    for (long done = 0; done < bytes; done += chunk.limit()) {
      read(entry, offset + done, chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - done)));
      target.view(targetOffset + done, chunk.limit()).putBytes(0, chunk.array(), 0, chunk.limit());
    }
  }

  /** Fills the rest of a buffer with bytes of a tensor, beginning at an offset in the tensor. */
  public void read(TensorEntry entry, long offset, ByteBuffer target) {
    if (offset < 0 || offset > entry.bytes() - target.remaining()) {
      throw new IndexOutOfBoundsException(target.remaining() + " bytes at " + offset + " of tensor " + entry.name());
    }
    try {
      file.read(target, dataStart + entry.begin() + offset);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private int length(TensorEntry entry, TensorType type, TensorType orType) {
    if ((entry.type() != type && entry.type() != orType) || entry.bytes() > Integer.MAX_VALUE - 8) {
      throw damaged("tensor " + entry.name() + " is " + entry.type() + " " + entry.shape() + "; expected " + type
          + " of less than 2 GiB");
    }
    return (int) entry.elements();
  }

  private ByteBuffer heap(TensorEntry entry, TensorType type) {
    length(entry, type, type);
    ByteBuffer content = ByteBuffer.allocate((int) entry.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    read(entry, 0, content);
    return content.flip();
  }

  private ModelFormatException damaged(String message) {
    return new ModelFormatException(path.toString(), message);
  }

  static ModelFormatException unreadable(Path path, IOException e) {
    return new ModelFormatException(path.toString(), "cannot be read: " + (e.getMessage() == null ? e : e.getMessage()), e);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
