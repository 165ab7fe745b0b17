package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class VocabularyTest {

  private static Vocabulary count(int minCount, String... values) {
    ValueCounter counter = new ValueCounter();
    for (String value : values) {
      count(counter, value);
    }
    return counter.vocabulary(minCount);
  }

  private static void count(ValueCounter counter, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    counter.count(new int[] {counter.number(utf8, 0, utf8.length)}, new int[] {0}, 1);
  }

  @Test
  void ranksByCountThenByUnsignedBytes() {
    Vocabulary vocabulary = count(1, "b", "€", "a", "c", "c", "Z", "a", "c", "𝄞", "ab", "\uffee");
    String[] expected = {"c", "a", "Z", "ab", "b", "€", "\uffee", "𝄞"};
    assertEquals(expected.length + 1, vocabulary.rows());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], vocabulary.value(i + 1));
      assertEquals(i + 1, vocabulary.id(expected[i]));
    }
  }

  @Test
  void rareAndUnknownValuesAreRowZero() {
    Vocabulary vocabulary = count(2, "x", "y", "x", "", "", "", "z");
    assertEquals(3, vocabulary.rows());
    assertEquals(1, vocabulary.id(""));
    assertEquals(2, vocabulary.id("x"));
    assertEquals(0, vocabulary.id("y"));
    assertEquals(0, vocabulary.id("never"));
    assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.value(0));
    assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.value(3));
    assertEquals(1, count(1).rows());
    assertEquals(0, count(5, "x").id("x"));
  }

  @Test
  void orderOfArrivalDoesNotMatterAndManyValuesFit() {
    int n = 30_000;
    ValueCounter counter = new ValueCounter();
    for (int i = 0; i < n; i++) {
      for (int times = i % 5; times >= 0; times--) {
        count(counter, "value " + i);
      }
    }
    Vocabulary vocabulary = counter.vocabulary(3);
    assertEquals(n / 5 * 3 + 1, vocabulary.rows());
    for (int i = 0; i < n; i++) {
      int id = vocabulary.id("value " + i);
      assertEquals(i % 5 >= 2, id > 0);
      assertTrue(id == 0 || vocabulary.value(id).equals("value " + i));
      assertTrue(i % 5 < 2 || (id - 1) / (n / 5) == 4 - i % 5, "rank of value " + i + " is " + id);
    }
    ValueCounter reversed = new ValueCounter();
    for (int i = n - 1; i >= 0; i--) {
      for (int times = i % 5; times >= 0; times--) {
        count(reversed, "value " + i);
      }
    }
    assertArrayEquals(vocabulary.utf8(), reversed.vocabulary(3).utf8());
    assertArrayEquals(vocabulary.offsets(), reversed.vocabulary(3).offsets());
  }

  @Test
  void rebuiltFromItsArraysItEncodesAlike() {
    Vocabulary original = count(1, "", "a", "ab", "b", "Zürich", "𝄞", "a\0");
    Vocabulary rebuilt = Vocabulary.of(original.utf8().clone(), original.offsets().clone());
    assertEquals(original.rows(), rebuilt.rows());
    for (String value : new String[] {"", "a", "ab", "b", "Zürich", "𝄞", "a\0", "Zür", "abc", "?", "\ud834"}) {
      assertEquals(original.id(value), rebuilt.id(value), value);
    }
    assertEquals(0, rebuilt.id("Zür"));
  }

  @Test
  void aLoneSurrogateIsAQuestionMarkOnBothSides() {
    Vocabulary vocabulary = count(1, "\ud834", "?");
    assertEquals(2, vocabulary.rows());
    assertEquals(1, vocabulary.id("\udd1e"));
  }

  @Test
  void refusesDamagedArrays() {
    byte[] ab = "ab".getBytes(StandardCharsets.UTF_8);
    refused("run from 0", ab);
    refused("run from 0", ab, 0, 1);
    refused("run from 0", ab, 1, 2);
    refused("out of order", ab, 0, 2, 1, 2);
    refused("out of order", ab, 0, 1L << 32, 2);
    refused("out of order", ab, 0, -1, 2);
    refused("given twice", "aa".getBytes(StandardCharsets.UTF_8), 0, 1, 2);
    refused("given twice", ab, 0, 0, 0, 2);
    refused("inside a character", "ü".getBytes(StandardCharsets.UTF_8), 0, 1, 2);
    refused("byte 1 is not UTF-8", new byte[] {'a', (byte) 0xff}, 0, 2);
    refused("byte 1 is not UTF-8", new byte[] {'a', (byte) 0xc3}, 0, 2);
  }

  private static void refused(String reason, byte[] utf8, long... offsets) {
    String message = assertThrows(IllegalArgumentException.class, () -> Vocabulary.of(utf8, offsets)).getMessage();
    assertTrue(message.contains(reason), message);
  }
}
