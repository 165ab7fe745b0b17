package io.dimsieve.cli.input;

import io.dimsieve.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Lines of a text file, ended by LF or CRLF, the last one also by the end of the file. Strict UTF-8, without NUL; a byte-order mark is skipped.
 * A line is a stretch of a buffer of whole and begun lines, which may be the caller's ({@link #continueIn}); behind a line {@link Words} may read
 * eight bytes.
 */
final class LineReader implements AutoCloseable {

  /** Bytes of the longest line that is read. */
  static final int LONGEST = 1 << 24;

  private static final int BUFFER = 1 << 17;
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final Path file;
  private final InputStream in;
  private byte[] buffer = {};
  private int at; // the unread bytes are buffer[at .. end)
  private int end;
  private boolean ended;
  private int from;
  private int to;
  private long number;
  private CharsetDecoder decoder; // reports what is malformed
  private CharBuffer decoded;

  /**
   * Opens a file.
   *
   * @throws DataException when it does not exist or cannot be read
   */
  LineReader(Path file) {
    this.file = file;
    try {
      this.in = Files.newInputStream(file);
    } catch (IOException e) {
      throw new DataException(file.toString(), Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist", e);
    }
  }

  /** 1-based number of the line that was read last, or failed. */
  long number() {
    return number;
  }

  /** The array that holds the line, and those that follow as far as they were read. */
  byte[] buffer() {
    return buffer;
  }

  /** Where in the buffer the line starts. */
  int from() {
    return from;
  }

  /** Where in the buffer the line ends, without its ending. */
  int to() {
    return to;
  }

  /**
   * The next line as text, null at the end of the file.
   *
   * @throws DataException with file:line for a line too long, a NUL or malformed UTF-8
   */
  String next() {
    while (!nextInBuffer()) {
      if (!more()) {
        return null;
      }
    }
    return new String(buffer, from, to - from, StandardCharsets.UTF_8);
  }

  /** Lays what was not read yet into another array, or a longer one, which is the buffer from now on. */
  void continueIn(byte[] array) {
    int rest = end - at;
    byte[] target = rest + Long.BYTES > array.length ? new byte[rest + BUFFER] : array;
    System.arraycopy(buffer, at, target, 0, rest);
    buffer = target;
    at = 0;
    end = rest;
  }

  /** Goes to the next line if the buffer has all of it. Errors as of {@link #next}. */
  boolean nextInBuffer() {
    if (at == end) {
      return false;
    }
    buffer[end] = '\n'; // ends the search
    long odd = 0; // high bits of bytes that are not ASCII, or NUL, or follow one
    int found = at;
    for (; ; found += Long.BYTES) {
      long word = Words.at(buffer, found);
      long ends = Words.same(word, '\n' * Words.ONES);
      if (ends != 0) {
        int bytes = Words.first(ends);
        found += bytes;
        odd |= (word | word - Words.ONES) & (1L << 8 * bytes) - 1;
        break;
      }
      odd |= word | word - Words.ONES;
    }
    if (found == end && !ended) {
      return false;
    }
    line(found, (odd & Words.HIGH) != 0);
    return true;
  }

  private void line(int found, boolean odd) {
    number++;
    from = at;
    to = found;
    at = Math.min(found + 1, end);
    if (to - from > LONGEST) {
      throw tooLong(number);
    }
    if (to > from && buffer[to - 1] == '\r') {
      to--;
    }
    if (odd) {
      check();
    }
  }

  private void check() {
    int begin = from;
    if (number == 1 && to - from >= MARK.length && Arrays.equals(buffer, from, from + MARK.length, MARK, 0, MARK.length)) {
      from += MARK.length;
    }
    for (int i = from; i < to; i++) {
      if (buffer[i] == 0) {
        throw new DataException(file.toString(), number, 0, "byte " + (i - begin + 1) + " is NUL; the file is binary, UTF-16 or damaged");
      }
    }
    if (decoder == null) {
      decoder = StandardCharsets.UTF_8.newDecoder();
      decoded = CharBuffer.allocate(1 << 10);
    }
    ByteBuffer bytes = ByteBuffer.wrap(buffer, from, to - from);
    decoder.reset();
    CoderResult result;
    do {
      result = decoder.decode(bytes, decoded.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new DataException(file.toString(), number, 0, "byte " + (bytes.position() - begin + 1) + " is not valid UTF-8");
    }
  }

  private DataException tooLong(long line) {
    return new DataException(file.toString(), line, 0, "the line is longer than " + LONGEST + " bytes");
  }

  /** Reads on, after the lines of the buffer; false at the end of the file. */
  boolean more() {
    if (ended) {
      return false;
    }
    int rest = end - at;
    if (rest > LONGEST) {
      throw tooLong(number + 1);
    }
    continueIn(2 * rest > buffer.length || buffer.length < BUFFER ? new byte[2 * rest + BUFFER] : buffer);
    try {
      int count = in.read(buffer, end, buffer.length - Long.BYTES - end);
      ended = count < 0;
      end += Math.max(0, count);
      return !ended || end > 0;
    } catch (IOException e) {
      throw new DataException(file.toString(), "cannot be read at line " + (number + 1) + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new DataException(file.toString(), "cannot be closed: " + e.getMessage(), e);
    }
  }
}
