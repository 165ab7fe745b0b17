package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dimsieve.ModelFormatException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers that are wrong although their checksum is right, as an attacker would write them. */
class TensorHeaderTest {

  private static final String META = "\"__metadata__\":{\"format\":\"dimsieve\",\"version\":\"1\",\"kind\":\"model\"}";
  private static final String A = "\"a\":{\"dtype\":\"U8\",\"shape\":[64],\"data_offsets\":[0,64]}";
  private static final String SUM = "\"dimsieve.checksum\":{\"dtype\":\"U32\",\"shape\":[2],\"data_offsets\":[64,72]}";
  private static final String GOOD = "{" + META + "," + A + "," + SUM + "}";

  @TempDir private Path directory;

  @Test
  void theHandMadeFileIsGood() throws IOException {
    TensorFileReader.open(file(GOOD, 0), "model").close();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "\"format\":\"dimsieve\" | \"format\":\"other\" | name the format other",
      "\"format\":\"dimsieve\", | | name the format null",
      "\"version\":\"1\" | \"version\":\"3\" | newer Dimsieve (format version 3",
      "\"version\":\"1\" | \"version\":\"999999999\" | newer Dimsieve (format version 999999999",
      "\"version\":\"1\" | \"version\":\"one\" | not a number",
      "\"version\":\"1\" | \"version\":1 | metadata version is not a string",
      "\"version\":\"1\" | \"version\":\"1\",\"version\":\"1\" | two keys version",
      ",\"kind\":\"model\" | | lack kind",
      "\"kind\":\"model\" | \"kind\":\"dataset\" | is a dataset file",
      "\"dtype\":\"U8\" | \"dtype\":\"Q9\" | unknown dtype Q9",
      "\"dtype\":\"U8\" | \"dtype\":8 | unexpected \"dtype\"",
      "\"dtype\":\"U8\", | | needs dtype",
      "\"dtype\":\"U8\" | \"dtype\":\"U8\",\"dtype\":\"U8\" | unexpected \"dtype\"",
      "\"dtype\":\"U8\" | \"dtype\":\"U8\",\"more\":1 | unexpected \"more\"",
      "\"dtype\":\"U8\" | \"dtype\":\"I64\" | needs 512 bytes",
      "[64],\"data | [65],\"data | needs 65 bytes",
      "[64],\"data | [1152921504606846976,64],\"data | larger than any file",
      "[64],\"data | [1152921504606846976],\"data | needs 1152921504606846976 bytes",
      "[64],\"data | [99999999999999999999],\"data | integers below 2^63",
      "[64],\"data | [-64],\"data | integers below 2^63",
      "[64],\"data | [6.4e1],\"data | integers below 2^63",
      "[64],\"data | [064],\"data | malformed",
      "[64],\"data | [\"64\"],\"data | integers below 2^63",
      "[64],\"data | [64,1,1,1,1,1,1,1,1],\"data | short lists",
      "[64],\"data | 64,\"data | malformed",
      "[0,64] | [0,64,64] | short lists",
      "[0,64] | [0] | needs dtype",
      "[0,64] | [64,0] | needs 64 bytes",
      "[0,64] | [1,65] | leaves a hole",
      "[64,72] | [63,71] | overlaps",
      "[64,72] | [65,73] | leaves a hole",
      "[64,72] | [0,8] | overlaps",
      "\"a\" | \"dimsieve.checksum\" | two tensors",
      "\"dimsieve.checksum\" | \"b\" | last tensor is not",
      "\"U32\" | \"I32\" | last tensor is not",
      "\"shape\":[2] | \"shape\":[1,2] | last tensor is not",
  })
  void malformedHeadersAreRefused(String good, String bad, String message) throws IOException {
    assertTrue(GOOD.contains(good), good);
    assertRefused(file(GOOD.replace(good, bad == null ? "" : bad), 0), message);
  }

  @Test
  void twoMetadataAndTwoTensorsOfOneName() throws IOException {
    assertRefused(file("{" + META + "," + META + "," + A + "," + SUM + "}", 0), "two keys __metadata__");
    String empty = "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[64,64]}";
    String sum = SUM.replace("[2]", "[3]").replace("72", "76");
    assertRefused(file("{" + META + "," + A + "," + empty + "," + sum + "}", 4), "two tensors a");
  }

  @Test
  void brokenText() throws IOException {
    assertRefused(file(GOOD.substring(0, GOOD.length() - 1), 0), "malformed");
    assertRefused(file(GOOD + "{}", 0), "malformed");
    assertRefused(file(GOOD.replace("{\"dtype\":\"U8\"", "{'dtype':\"U8\""), 0), "malformed");
    assertRefused(file("[" + GOOD + "]", 0), "no JSON object");
    assertRefused(file("", 0), "no JSON object");
    assertRefused(file(GOOD.replace("\"a\":", "\"a\":" + "[".repeat(5000)), 0), "malformed");
    byte[] bytes = Files.readAllBytes(file(GOOD, 0));
    bytes[9] = (byte) 0xff;
    assertRefused(Files.write(directory.resolve("utf8"), bytes), "not valid UTF-8");
  }

  @Test
  void lengthsThatDoNotFitTheFile() throws IOException {
    byte[] bytes = Files.readAllBytes(file(GOOD, 0));
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 60, 100_000_001, bytes.length, 57, 0}) {
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      assertRefused(Files.write(directory.resolve("length"), bytes), "is not a Dimsieve file");
    }
    assertRefused(file(GOOD, 8), "the tensors end at 72, the file's data at 80");
    assertRefused(file(GOOD, -8), "cut short");
  }

  private static void assertRefused(Path path, String message) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    String actual = assertThrows(ModelFormatException.class, () -> TensorFileReader.open(path, "model").close()).getMessage();
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(actual.startsWith(path + ": ") && actual.contains(message), actual);
    assertEquals(1, actual.lines().count());
    assertTrue(allocated < 4_000_000, "allocated " + allocated + " bytes: " + actual);
  }

  /** A file with this header, data of 72 bytes and a few more or less, and right checksums. */
  private Path file(String json, int more) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    int start = (8 + text.length + 63) & -64;
    byte[] file = new byte[start + 72];
    Arrays.fill(file, 0, start, (byte) ' ');
    ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(start - 8).put(text);
    buffer.putInt(start + 64, crc(file, 0, start)).putInt(start + 68, crc(file, start, 64));
    return Files.write(directory.resolve("hand-made"), Arrays.copyOf(file, file.length + more));
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, length);
    return (int) checksum.getValue();
  }
}
