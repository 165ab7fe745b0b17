package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class BucketizerTest {

  @ParameterizedTest
  @CsvSource({
    "'', NULL, 0", "-2, -4, -2", "-1, -3, -1", "0, -2, 0", "1, -1, 1", "2, 0, 2", "3, 1, 1", "4, 1, 1", "5, 2, 2", "10, 5, 5",
    "100, 21, 21", "65535, 122, 122", "1.9, -1, 1", "-1.9, -3, -1", "2.5, 0, 0", "1e3, 47, 47", "+7, 3, 3",
    "1e300, 477170, 477170",
    "-1e300, -9223372036854775808, -9223372036854775808"
  })
  void followsTheTwoConventions(String raw, String convention1, String convention2) {
    assertEquals(convention1, Bucketizer.LOG2_NULL.bucket(raw));
    assertEquals(convention2, Bucketizer.LOG2_ZERO.bucket(raw));
  }

  @Test
  void noneKeepsTheText() {
    assertEquals("1.0", Bucketizer.NONE.bucket("1.0"));
    assertEquals("", Bucketizer.NONE.bucket(""));
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatIsNotAFiniteNumber(Bucketizer bucketizer) {
    String[] malformed = {"NaN", "Infinity", "-Infinity", "1e999", "abc", " 1", "1 ", "1d", "0x1p3", "1,5", "-", ".", "1e", "٣"};
    for (String raw : malformed) {
      String message = assertThrows(IllegalArgumentException.class, () -> bucketizer.bucket(raw)).getMessage();
      assertTrue(message.contains("'" + raw + "'"), message);
    }
  }
}
