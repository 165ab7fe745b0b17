package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DecimalTest {

  @Test
  void numbersOfAnyLengthAreThoseOfTheJdk() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(round % 7 == 0 ? "-" : "");
      for (int i = 1 + random.nextInt(12); i > 0; i--) {
        text.append(random.nextInt(10));
      }
      if (round % 5 == 0) {
        text.insert(text.length() - 1, '.');
      }
      byte[] around = ("9" + text + "9").getBytes(StandardCharsets.UTF_8);
      assertEquals(Double.parseDouble(text.toString()), Decimal.parse(around, 1, around.length - 1), text.toString());
      byte[] last = text.toString().getBytes(StandardCharsets.UTF_8); // nothing behind it that could be read
      assertEquals(Double.parseDouble(text.toString()), Decimal.parse(last, 0, last.length), text.toString());
    }
  }

  @Test
  void smallAreUpToEightDigitsBelowTheLimit() {
    assertEquals(0, small("0", 1));
    assertEquals(-1, small("1", 1));
    assertEquals(7, small("007", 8));
    assertEquals(99_999_999, small("99999999", Integer.MAX_VALUE));
    assertEquals(12_345_678, small("12345678", Integer.MAX_VALUE));
    for (String other : new String[] {"", "123456789", "-1", "+1", "1.", "1e3", " 1", "1 ", "a", "12:4", "12/4", "\u00b2"}) {
      assertEquals(-1, small(other, Integer.MAX_VALUE), other);
    }
  }

  /** Every byte that is no digit, at every place. */
  @Test
  void noOtherByteIsADigit() {
    for (int b = 0; b < 256; b++) {
      for (int at = 0; at < 8; at++) {
        byte[] digits = "12345678".getBytes(StandardCharsets.UTF_8);
        digits[at] = (byte) b;
        boolean digit = b >= '0' && b <= '9';
        assertEquals(digit ? Integer.parseInt(new String(digits, StandardCharsets.UTF_8)) : -1, Decimal.small(digits, 0, 8, Integer.MAX_VALUE));
      }
    }
    assertThrows(IllegalArgumentException.class, () -> Decimal.parse(new byte[] {'1', '/'}, 0, 2));
  }

  private static int small(String text, int limit) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return Decimal.small(utf8, 0, utf8.length, limit);
  }
}
