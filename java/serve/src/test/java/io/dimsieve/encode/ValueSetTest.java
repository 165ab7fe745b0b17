package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ValueSetTest {

  /** Values of all lengths to 40, alike but for a byte or the length, bytes 0 and 255 among them. */
  private static List<byte[]> values() {
    SplittableRandom random = new SplittableRandom(9);
    List<byte[]> values = new ArrayList<>();
    for (int length = 0; length <= 40; length++) {
      for (int i = 0; i < 200; i++) {
        byte[] value = new byte[length];
        for (int k = 0; k < 3 && length > 0; k++) {
          value[random.nextInt(length)] = (byte) (random.nextInt(3) - 1);
        }
        values.add(value);
      }
    }
    return values;
  }

  @Test
  void equalBytesAndNoOthersHaveOneNumber() {
    Map<String, Integer> expected = new HashMap<>();
    ValueSet set = new ValueSet();
    for (byte[] value : values()) {
      String key = new String(value, StandardCharsets.ISO_8859_1);
      int number = expected.computeIfAbsent(key, absent -> expected.size());
      assertEquals(number, set.add(value, 0, value.length));
    }
    assertEquals(expected.size(), set.size());
    for (byte[] value : values()) {
      byte[] around = new byte[value.length + 2];
      System.arraycopy(value, 0, around, 1, value.length);
      around[around.length - 1] = 1;
      assertEquals(expected.get(new String(value, StandardCharsets.ISO_8859_1)), set.find(around, 1, around.length - 1));
    }
    assertEquals(-1, set.find(new byte[41], 0, 41));
  }

  @Test
  void manyAtOnceAreNumberedAsOneByOne() {
    List<byte[]> values = values();
    int total = values.stream().mapToInt(value -> value.length).sum();
    byte[] bytes = new byte[total];
    long[] stretches = new long[1 + values.size()];
    int end = 0;
    for (int i = 0; i < values.size(); i++) {
      System.arraycopy(values.get(i), 0, bytes, end, values.get(i).length);
      stretches[1 + i] = (long) end << 32 | end + values.get(i).length;
      end += values.get(i).length;
    }
    int[] numbers = new int[values.size()];
    new ValueSet().add(bytes, stretches, 1, numbers.length, numbers); // grows many times on the way
    ValueSet single = new ValueSet();
    for (int i = 0; i < numbers.length; i++) {
      assertEquals(single.add(values.get(i), 0, values.get(i).length), numbers[i]);
    }
  }
}
