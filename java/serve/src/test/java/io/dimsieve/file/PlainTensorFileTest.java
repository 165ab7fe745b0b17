package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as other tools write them, and as nobody should. */
class PlainTensorFileTest {

  /** Tensors in another order than their bytes, one of a type that cannot be read, one empty, metadata of another tool. */
  private static final String GOOD = "{\"b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[8,24]},\"__metadata__\":{\"format\":\"pt\"},"
      + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[24,32]},"
      + "\"q\":{\"dtype\":\"F4\",\"shape\":[9],\"data_offsets\":[32,37]},\"e\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[8,8]}}";

  @TempDir private Path folder;

  private Path file(String header, float first) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(8 + json.length + 37).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(json.length).put(json).putFloat(first).putFloat(-2).putDouble(3.5).putDouble(0.1);
    return Files.write(folder.resolve("foreign.safetensors"), all.array());
  }

  private static void assertRefused(Path file, String message) {
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> PlainTensorFile.open(file).close());
    assertTrue(e.getMessage().contains("foreign.safetensors") && e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void tensorsAreReadByName() throws IOException {
    try (PlainTensorFile read = PlainTensorFile.open(file(GOOD, 1.5f))) {
      assertEquals(List.of("a", "e", "b", "n", "q"), List.copyOf(read.entries().keySet()));
      PlainTensorFile.Entry b = read.entries().get("b");
      assertArrayEquals(new float[] {1.5f, -2}, read.floats(read.entries().get("a"), 0, 2));
      assertArrayEquals(new float[] {0.1f}, read.floats(b, 1, 1));
      assertArrayEquals(new float[0], read.floats(read.entries().get("e"), 0, 0));
      assertEquals("F32 [1, 2]", read.entries().get("a").toString());
      assertThrows(IndexOutOfBoundsException.class, () -> read.floats(b, 1, 2));
      assertThrows(IndexOutOfBoundsException.class, () -> read.floats(b, -1, 1));
      for (String other : new String[] {"n", "q"}) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> read.floats(read.entries().get(other), 0, 1));
        assertTrue(e.getMessage().contains("tensor " + other + " is ") && e.getMessage().endsWith("weights are F32 or F64"), e.getMessage());
      }
    }
  }

  @Test
  void weightsAreFiniteFloats() throws IOException {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      try (PlainTensorFile read = PlainTensorFile.open(file(GOOD, bad))) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> read.floats(read.entries().get("a"), 0, 2));
        assertTrue(e.getMessage().endsWith("tensor a holds " + bad + " at element 0"), e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "[0,8] | [0,9] | needs 8 bytes, not [0, 9)",
      "[0,8] | [0,4] | needs 8 bytes, not [0, 4)",
      "[0,8] | [8,0] | before it begins",
      "[0,8] | [1,9] | leaves a hole",
      "[8,24] | [4,20] | overlaps",
      "[8,24] | [9,25] | leaves a hole",
      "[24,32] | [8,16] | overlaps",
      "[32,37] | [32,36] | end at 36",
      "[32,37] | [32,38] | end at 38",
      "[32,37] | [32,9223372036854775807] | end at 9223372036854775807",
      "[32,37] | [32,9223372036854775808] | malformed",
      "[8,8] | [8] | two data_offsets",
      "[8,8] | [8,8,8] | short lists",
      "[1,2] | [1,3] | needs 12 bytes",
      "[1,2] | [-1,-2] | integers below 2^63",
      "[1,2] | [1,2.0] | integers below 2^63",
      "[1,2] | [4294967296,4294967296] | larger than any file",
      "[1,2] | [1,1,1,1,1,1,1,1,2] | short lists",
      "\"I64\" | \"I32\" | needs 4 bytes",
      "\"I64\" | 64 | unexpected \"dtype\"",
      "\"dtype\":\"I64\", | | needs dtype",
      "\"shape\":[2], | | needs dtype",
      "\"shape\":[2] | \"shape\":[2],\"stride\":[1] | unexpected \"stride\"",
      "\"n\" | \"a\" | two tensors a",
      "\"n\" | \"__metadata__\" | two keys __metadata__",
      "\"format\":\"pt\" | \"format\":1 | metadata format is not a string",
      "\"format\":\"pt\" | \"format\":\"pt\",\"format\":\"np\" | two keys format",
      "}} | }}} | malformed",
      "}} | } | malformed",
      "{\"b\" | [\"b\" | no JSON object",
      "\"b\" | 'b' | malformed",
  })
  void malformedHeadersAreRefused(String good, String bad, String message) throws IOException {
    assertTrue(GOOD.contains(good), good);
    int at = good.equals("}}") ? GOOD.length() - 2 : GOOD.indexOf(good);
    assertRefused(file(GOOD.substring(0, at) + (bad == null ? "" : bad) + GOOD.substring(at + good.length()), 0), message);
  }

  @Test
  void cutFilesAreRefused() throws IOException {
    Path file = file(GOOD, 0);
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertRefused(file, "");
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
    assertRefused(file, "the file's data at 38");
    for (long header : new long[] {-1, Long.MAX_VALUE, 100_000_001, bytes.length - 7}) {
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(header);
      Files.write(file, bytes);
      assertRefused(file, "a header of " + Long.toUnsignedString(header) + " bytes in a file of " + bytes.length);
    }
    assertRefused(folder.resolve("none/foreign.safetensors"), "does not exist");
    byte[] latin = GOOD.replace("pt", "p\u00ff").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer all = ByteBuffer.allocate(8 + latin.length + 37).order(ByteOrder.LITTLE_ENDIAN).putLong(latin.length).put(latin);
    Files.write(file, all.array());
    assertRefused(file, "not valid UTF-8");
  }
}
