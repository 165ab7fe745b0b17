package io.dimsieve.search;

import io.dimsieve.tensor.RowMasks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** A field's row masks as text: Base64 of the zlib stream of one little-endian 64-bit word per row. */
final class RowMaskText {

  /** Rows that one character can hold at the very most: zlib cannot shrink anything further. Bounds what a damaged file makes us allocate. */
  private static final int MOST_INFLATION = 128;

  private RowMaskText() {}

  static String write(RowMasks masks, int field) {
    ByteBuffer words = ByteBuffer.allocate(Long.BYTES * masks.rows(field)).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < masks.rows(field); r++) {
      words.putLong(masks.bits(field, r));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION))) {
      deflate.write(words.array());
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail to be written", e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /**
   * Reads masks back.
   *
   * @throws IOException when the text is damaged or holds other than {@code rows} words
   */
  static long[] read(String text, int rows) throws IOException {
    if (rows > (long) MOST_INFLATION * text.length()) {
      throw new IOException("row masks do not hold " + rows + " rows");
    }
    byte[] words = new byte[Math.multiplyExact(Long.BYTES, rows)];
    try (InflaterInputStream inflate = new InflaterInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
      if (inflate.readNBytes(words, 0, words.length) != words.length || inflate.read() >= 0) {
        throw new IOException("row masks do not hold " + rows + " rows");
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("row masks are no Base64", e);
    }
    long[] masks = new long[rows];
    ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(masks);
    return masks;
  }
}
