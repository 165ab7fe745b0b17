package io.dimsieve.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples of the Protocol Buffers encoding guide, and what lies on its edges. */
class ProtobufTest {

  private static String hex(Protobuf message) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    message.writeTo(Channels.newChannel(out));
    assertEquals(out.size(), message.bytes());
    return HexFormat.of().formatHex(out.toByteArray());
  }

  @Test
  void integers() throws IOException {
    assertEquals("089601", hex(new Protobuf().integer(1, 150)));
    assertEquals("0800", hex(new Protobuf().integer(1, 0)));
    assertEquals("08feffffffffffffffff01", hex(new Protobuf().integer(1, -2)));
    assertEquals("a00107", hex(new Protobuf().integer(20, 7)));
    assertEquals("0880808080808080808001", hex(new Protobuf().integer(1, Long.MIN_VALUE)));
  }

  @Test
  void textsAndMessages() throws IOException {
    assertEquals("120774657374696e67", hex(new Protobuf().text(2, "testing")));
    assertEquals("1202c3a9", hex(new Protobuf().text(2, "é")));
    assertEquals("1a03089601", hex(new Protobuf().message(3, new Protobuf().integer(1, 150))));
    assertEquals("1a00", hex(new Protobuf().message(3, new Protobuf())));
    assertEquals("4d0000803f", hex(new Protobuf().real(9, 1)));
  }

  @Test
  void contentIsAskedForWhereItStands() throws IOException {
    Protobuf inner = new Protobuf().integer(1, 1).content(2, 3, channel -> Protobuf.writeFully(channel, ByteBuffer.wrap(new byte[] {7, 8, 9})))
        .integer(3, 2);
    assertEquals("1a090801120307080918020801", hex(new Protobuf().message(3, inner).integer(1, 1)));
  }
}
