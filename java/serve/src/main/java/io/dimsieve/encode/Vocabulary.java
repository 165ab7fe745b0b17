package io.dimsieve.encode;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The values of a field and their table rows (ids). Id 0 stands for every value that is not in it; ids 1, 2, … are the values,
 * the most frequent first, equal counts by their UTF-8 bytes. A missing value is the empty text and a value like any other.
 * Immutable; lookups by bytes allocate nothing.
 */
public final class Vocabulary implements ValueIndex {

  private final ValueSet values;

  private Vocabulary(ValueSet values) {
    this.values = values;
  }

  /**
   * Rebuilds a vocabulary from what {@link #utf8} and {@link #offsets} gave. The arrays are taken over, not copied.
   *
   * @param utf8 bytes of the values of ids 1 to n, end to end
   * @param offsets [n + 1]; the value of id i is {@code utf8[offsets[i - 1] .. offsets[i])}
   * @throws IllegalArgumentException when offsets do not ascend from 0 to the number of bytes, the bytes are not UTF-8, or a
   *     value is given twice
   */
  public static Vocabulary of(byte[] utf8, long[] offsets) {
    if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != utf8.length) {
      throw new IllegalArgumentException("vocabulary offsets do not run from 0 to " + utf8.length);
    }
    for (int i = 1; i < offsets.length; i++) {
      if (offsets[i] < offsets[i - 1] || offsets[i] > utf8.length) {
        throw new IllegalArgumentException("vocabulary offset " + i + " is " + offsets[i] + ", out of order");
      }
      if (offsets[i] < utf8.length && (utf8[(int) offsets[i]] & 0xc0) == 0x80) {
        throw new IllegalArgumentException("vocabulary offset " + i + " is " + offsets[i] + ", inside a character");
      }
    }
    checkUtf8(utf8);
    return new Vocabulary(ValueSet.of(utf8, offsets));
  }

  /** The vocabulary of the most frequent values, those of ids 1 to {@code rows} − 1. */
  Vocabulary truncated(int rows) {
    if (rows == rows()) {
      return this;
    }
    long[] offsets = Arrays.copyOf(offsets(), rows);
    return new Vocabulary(ValueSet.of(Arrays.copyOf(utf8(), (int) offsets[rows - 1]), offsets));
  }

  /** Table rows: the values and row 0. */
  public int rows() {
    return values.size() + 1;
  }

  /** Id of the value whose UTF-8 is {@code bytes[from .. to)}, 0 when the vocabulary does not have it. */
  @Override
  public int number(byte[] bytes, int from, int to) {
    return values.find(bytes, from, to) + 1;
  }

  /** Id of a value, 0 when the vocabulary does not have it. */
  public int id(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return number(bytes, 0, bytes.length);
  }

  /** The value of an id from 1 to rows() − 1; IndexOutOfBoundsException for any other. */
  public String value(int id) {
    return values.value(Objects.checkIndex(id - 1, values.size()));
  }

  /** UTF-8 bytes of the values, end to end; the vocabulary's own array, not to be changed. */
  public byte[] utf8() {
    return values.utf8();
  }

  /** [rows()] offsets into {@link #utf8}; the vocabulary's own array, not to be changed. */
  public long[] offsets() {
    return values.offsets();
  }

  private static void checkUtf8(byte[] utf8) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(utf8);
    CharBuffer out = CharBuffer.allocate(1 << 13);
    CoderResult result;
    do {
      result = decoder.decode(in, out.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new IllegalArgumentException("vocabulary byte " + in.position() + " is not UTF-8");
    }
  }
}
