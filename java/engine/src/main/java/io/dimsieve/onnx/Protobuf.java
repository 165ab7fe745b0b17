package io.dimsieve.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One message in the encoding of Protocol Buffers: a field is a tag, number · 8 + wire type, and its value. Content that is large
 * or lies elsewhere is only counted here and asked for when the message is written.
 */
final class Protobuf {

  private static final int VARINT = 0;
  private static final int DELIMITED = 2;
  private static final int FIXED32 = 5;

  /** Writes as many bytes as were announced. */
  @FunctionalInterface
  interface Content {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  private final List<Content> parts = new ArrayList<>();
  private ByteArrayOutputStream open = new ByteArrayOutputStream();
  private long bytes;

  /** Length of what was added so far. */
  long bytes() {
    return bytes;
  }

  Protobuf integer(int field, long value) {
    return varint((long) field << 3 | VARINT).varint(value);
  }

  /** A {@code float}, four bytes, the least significant first. */
  Protobuf real(int field, float value) {
    varint((long) field << 3 | FIXED32);
    int bits = Float.floatToRawIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      put(bits >>> shift);
    }
    return this;
  }

  Protobuf text(int field, String value) {
    return content(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes at hand. */
  Protobuf content(int field, byte[] value) {
    varint((long) field << 3 | DELIMITED).varint(value.length);
    open.writeBytes(value);
    bytes += value.length;
    return this;
  }

  /** Bytes that are asked for when the message is written. */
  Protobuf content(int field, long length, Content value) {
    varint((long) field << 3 | DELIMITED).varint(length);
    close();
    parts.add(value);
    bytes += length;
    return this;
  }

  /** A message within this one; nothing is to be added to it afterwards. */
  Protobuf message(int field, Protobuf value) {
    return content(field, value.bytes, value::writeTo);
  }

  /**
   * Seven bits a byte, the least significant first; all but the last have their highest bit set. Negative numbers take ten bytes.
   */
  private Protobuf varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      put((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    put((int) rest);
    return this;
  }

  private void put(int value) {
    open.write(value);
    bytes++;
  }

  private void close() {
    if (open.size() > 0) {
      byte[] done = open.toByteArray();
      parts.add(channel -> writeFully(channel, ByteBuffer.wrap(done)));
      open = new ByteArrayOutputStream();
    }
  }

  void writeTo(WritableByteChannel channel) throws IOException {
    close();
    for (Content part : parts) {
      part.writeTo(channel);
    }
  }

  static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
