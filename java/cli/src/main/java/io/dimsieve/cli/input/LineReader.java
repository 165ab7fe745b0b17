package io.dimsieve.cli.input;

import io.dimsieve.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Lines of a text file, ended by LF or CRLF, the last one also by the end of the file. Strict UTF-8; a byte-order mark is skipped. Decoding line by line
 * instead of block by block is what lets an error name its line. Memory: one line, at most {@link #LONGEST} bytes.
 */
final class LineReader implements AutoCloseable {

  /** Bytes of the longest line that is read. */
  static final int LONGEST = 1 << 24;

  private static final int BUFFER = 1 << 16;
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final Path file;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // reports what is malformed
  private int at;
  private int end;
  private byte[] line = new byte[1 << 10];
  private int length;
  private long number;

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

  /** 1-based number of the line {@link #next} gave last, or failed at. */
  long number() {
    return number;
  }

  /**
   * The next line without its ending, null at the end of the file.
   *
   * @throws DataException with file:line for a line too long, a NUL or malformed UTF-8
   */
  String next() {
    number++;
    boolean ended = fill();
    if (!ended && length == 0) {
      return null;
    }
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    int start = number == 1 && length >= MARK.length && Arrays.equals(line, 0, MARK.length, MARK, 0, MARK.length) ? MARK.length : 0;
    return decode(start);
  }

  /** Copies bytes up to the next LF, which is consumed; false when the file ended without one. */
  private boolean fill() {
    length = 0;
    while (at < end || refill()) {
      int from = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      append(from, at - from);
      if (at < end) {
        at++;
        return true;
      }
    }
    return false;
  }

  private boolean refill() {
    try {
      at = 0;
      end = Math.max(0, in.read(buffer));
      return end > 0;
    } catch (IOException e) {
      throw new DataException(file.toString(), "cannot be read at line " + number + ": " + e.getMessage(), e);
    }
  }

  private void append(int from, int bytes) {
    if (length + bytes > LONGEST) {
      throw new DataException(file.toString(), number, 0, "the line is longer than " + LONGEST + " bytes");
    }
    if (length + bytes > line.length) {
      line = Arrays.copyOf(line, Math.max(length + bytes, 2 * line.length));
    }
    System.arraycopy(buffer, from, line, length, bytes);
    length += bytes;
  }

  private String decode(int start) {
    boolean ascii = true;
    for (int i = start; i < length; i++) {
      ascii &= line[i] >= 0;
      if (line[i] == 0) {
        throw new DataException(file.toString(), number, 0, "byte " + (i + 1) + " is NUL; the file is binary, UTF-16 or damaged");
      }
    }
    if (ascii) {
      return new String(line, start, length - start, StandardCharsets.ISO_8859_1);
    }
    ByteBuffer bytes = ByteBuffer.wrap(line, start, length - start);
    try {
      return decoder.decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new DataException(file.toString(), number, 0, "byte " + (bytes.position() + 1) + " is not valid UTF-8");
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
