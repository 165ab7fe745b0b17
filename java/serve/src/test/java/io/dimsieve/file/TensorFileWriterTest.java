package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileWriterTest {

  @TempDir private Path directory;

  @Test
  void everyTypeComesBack() {
    Path path = directory.resolve("t");
    TensorLayout layout = new TensorLayout("model").metadata("note", "\"quoted\" \u00e9 \u2028").tensor("u8", TensorType.U8, 3)
        .tensor("i32", TensorType.I32, 2, 2).tensor("i64", TensorType.I64, 2).tensor("f32", TensorType.F32, 1, 3)
        .tensor("none", TensorType.F64, 0, 5).tensor("scalar", TensorType.F32);
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      writer.tensor("f32").append(new float[] {1.5f, Float.NaN, -0f});
      writer.tensor("i64").append(new long[] {Long.MIN_VALUE, 7});
      writer.tensor("i32").append(new int[] {1, -2, 3, 99}, 3);
      writer.tensor("u8").append(new byte[] {1, 2, -3});
      writer.tensor("i32").append(new int[] {Integer.MAX_VALUE});
      writer.tensor("scalar").append(new float[] {2});
      writer.commit();
    }
    try (TensorFileReader reader = TensorFileReader.open(path, "model")) {
      assertEquals("\"quoted\" \u00e9 \u2028", reader.metadata("note"));
      assertEquals(List.of("u8", "i32", "i64", "f32", "none", "scalar"), reader.names());
      assertArrayEquals(new byte[] {1, 2, -3}, reader.bytes(reader.tensor("u8")));
      assertArrayEquals(new int[] {1, -2, 3, Integer.MAX_VALUE}, reader.ints(reader.tensor("i32", TensorType.I32, 2, -1)));
      assertArrayEquals(new long[] {Long.MIN_VALUE, 7}, reader.longs(reader.tensor("i64")));
      assertArrayEquals(new float[] {1.5f, Float.NaN, -0f}, reader.floats(reader.tensor("f32")));
      assertEquals(0, reader.tensor("none").elements());
      assertArrayEquals(new float[] {2}, reader.floats(reader.tensor("scalar", TensorType.F32)));
    }
  }

  @Test
  void sameContentGivesSameBytesAndTheDocumentedLayout() throws IOException {
    byte[] first = Files.readAllBytes(write("first"));
    assertArrayEquals(first, Files.readAllBytes(write("second")));
    ByteBuffer file = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN);
    int start = Math.toIntExact(file.getLong(0) + 8);
    assertEquals(0, start % 64);
    assertEquals("{\"__metadata__\":{\"format\":\"dimsieve\",\"version\":\"2\",\"kind\":\"model\"},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
            + "\"dimsieve.pad.1\":{\"dtype\":\"U8\",\"shape\":[61],\"data_offsets\":[3,64]},"
            + "\"b\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[64,68]},"
            + "\"dimsieve.pad.3\":{\"dtype\":\"U8\",\"shape\":[60],\"data_offsets\":[68,128]},"
            + "\"dimsieve.checksum\":{\"dtype\":\"U32\",\"shape\":[5],\"data_offsets\":[128,148]}}",
        new String(first, 8, start - 8, StandardCharsets.UTF_8).trim());
    assertEquals(start + 148, first.length);
    assertEquals(258, file.getInt(start + 64));
    assertEquals(0x364B3FB7, crc(new byte[] {'a', 'b', 'c'}), "CRC32C check value");
    assertEquals(crc(new byte[] {1, 2, 3}), file.getInt(start + 128 + 4));
  }

  @Test
  void largerThanTheBufferAndFromABlock() {
    Path path = directory.resolve("t");
    int bytes = 1_000_003;
    try (Block block = HostAllocator.INSTANCE.allocate(bytes + 5); Block back = HostAllocator.INSTANCE.allocate(bytes + 7)) {
      for (int i = 0; i < bytes; i++) {
        block.view().putByte(5 + i, (byte) (i * 31));
      }
      try (TensorFileWriter writer = TensorFileWriter.create(path, new TensorLayout("model").tensor("a", TensorType.U8, bytes))) {
        writer.tensor("a").append(block, 5, bytes);
        writer.commit();
      }
      try (TensorFileReader reader = TensorFileReader.open(path, "model")) {
        reader.read(reader.tensor("a"), 0, back, 7, bytes);
        for (int i = 0; i < bytes; i++) {
          assertEquals((byte) (i * 31), back.view().getByte(7 + i));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> reader.read(reader.tensor("a"), 1, back, 0, bytes));
      }
    }
  }

  @Test
  void incompleteOrOverfullTensorsAreRefused() {
    Path path = directory.resolve("t");
    TensorLayout layout = new TensorLayout("model").tensor("a", TensorType.I32, 2);
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      writer.tensor("a").append(new int[] {1});
      assertThrows(IllegalStateException.class, writer::commit);
      assertThrows(IllegalStateException.class, () -> writer.tensor("a").append(new long[] {1, 2}));
      assertThrows(IllegalArgumentException.class, () -> writer.tensor("b"));
    }
    assertFalse(Files.exists(path));
    assertTrue(directory.toFile().list().length == 0);
  }

  private Path write(String name) {
    Path path = directory.resolve(name);
    TensorLayout layout = new TensorLayout("model").tensor("a", TensorType.U8, 3).tensor("b", TensorType.I32, 1);
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      writer.tensor("a").append(new byte[] {1, 2, 3});
      writer.tensor("b").append(new int[] {258});
      writer.commit();
    }
    return path;
  }

  private static int crc(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }
}
