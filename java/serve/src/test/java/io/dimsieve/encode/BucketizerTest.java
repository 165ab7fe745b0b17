package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class BucketizerTest {

  private static String bucket(Bucketizer bucketizer, String raw) {
    byte[] around = ("7" + raw + "7").getBytes(StandardCharsets.UTF_8);
    return new String(bucketizer.bucket(around, 1, around.length - 1), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "'', NULL, 0", "-2, -4, -2", "-1, -3, -1", "0, -2, 0", "1, -1, 1", "2, 0, 2", "3, 1, 1", "4, 1, 1", "5, 2, 2", "10, 5, 5",
    "100, 21, 21", "65535, 122, 122", "1.9, -1, 1", "-1.9, -3, -1", "2.5, 0, 0", "1e3, 47, 47", "+7, 3, 3",
    "1e300, 477170, 477170",
    "-1e300, -9223372036854775808, -9223372036854775808"
  })
  void followsTheTwoConventions(String raw, String convention1, String convention2) {
    assertEquals(convention1, bucket(Bucketizer.LOG2_NULL, raw));
    assertEquals(convention2, bucket(Bucketizer.LOG2_ZERO, raw));
  }

  @Test
  void wholeNumbersFollowTheFormulaWhereverTheyAreLookedUp() {
    for (int v = 0; v < 3 * Bucketizer.SMALL; v++) {
      double ln = StrictMath.log(v);
      long bucket = v > 2 ? (long) (ln * ln) : v - 2;
      assertEquals(Long.toString(bucket), bucket(Bucketizer.LOG2_NULL, Integer.toString(v)));
      assertEquals(Long.toString(v > 2 ? bucket : v), bucket(Bucketizer.LOG2_ZERO, Integer.toString(v)));
    }
  }

  @Test
  void noneKeepsTheText() {
    assertEquals("1.0", bucket(Bucketizer.NONE, "1.0"));
    assertEquals("", bucket(Bucketizer.NONE, ""));
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatIsNotAFiniteNumber(Bucketizer bucketizer) {
    String[] malformed = {"NaN", "Infinity", "-Infinity", "1e999", "abc", " 1", "1 ", "1d", "0x1p3", "1,5", "-", ".", "1e", "٣"};
    for (String raw : malformed) {
      String message = assertThrows(IllegalArgumentException.class, () -> bucket(bucketizer, raw)).getMessage();
      assertTrue(message.contains("'" + raw + "'"), message);
    }
  }
}
