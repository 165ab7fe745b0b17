package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitTest {

  @Test
  void randomIsReproducibleAndKeepsTheShares() {
    List<Part> parts = take(Split.random(7, 8, 1, 1), Collections.nCopies(100_000, 0L));
    assertEquals(parts, take(Split.random(7, 8, 1, 1), Collections.nCopies(100_000, 0L)));
    assertTrue(!parts.equals(take(Split.random(8, 8, 1, 1), Collections.nCopies(100_000, 0L))));
    assertEquals(80_000, Collections.frequency(parts, Part.TRAIN), 500);
    assertEquals(10_000, Collections.frequency(parts, Part.VALIDATION), 400);
    assertEquals(parts.subList(0, 1000), take(Split.random(7, 8, 1, 1), Collections.nCopies(1000, 0L)),
        "more rows change nothing before");
    assertEquals("random 8:1:1 seed 7", Split.random(7, 8, 1, 1).note());
  }

  @Test
  void byOrderOfTheFileIsExact() {
    List<Part> parts = take(Split.byOrder(8, 1, 1), Collections.nCopies(25, 0L));
    List<Part> expected = new ArrayList<>(Collections.nCopies(20, Part.TRAIN));
    expected.addAll(Collections.nCopies(2, Part.VALIDATION));
    expected.addAll(Collections.nCopies(3, Part.TEST));
    assertEquals(expected, parts);
  }

  @Test
  void byOrderOfTimesIsExactWithTies() {
    List<Part> parts = take(Split.byOrder(2, 1, 1), List.of(9L, 1L, 5L, 5L, Long.MIN_VALUE, 5L, 5L, Long.MAX_VALUE));
    assertEquals(List.of(Part.TEST, Part.TRAIN, Part.TRAIN, Part.TRAIN, Part.TRAIN, Part.VALIDATION, Part.VALIDATION, Part.TEST),
        parts);
    assertEquals("by order 2:1:1", Split.byOrder(2, 1, 1).note());
  }

  @Test
  void everythingMayTrain() {
    assertEquals(Collections.nCopies(9, Part.TRAIN), take(Split.byOrder(1, 0, 0), Collections.nCopies(9, Long.MAX_VALUE)));
    assertEquals(Collections.nCopies(9, Part.TRAIN), take(Split.random(1, 1, 0, 0), Collections.nCopies(9, 0L)));
  }

  @Test
  void badSharesAreRefused() {
    assertThrows(ConfigurationException.class, () -> Split.random(1, 0, 1, 1));
    assertThrows(ConfigurationException.class, () -> Split.random(1, 8, -1, 1));
    assertThrows(ConfigurationException.class, () -> Split.byOrder(Integer.MAX_VALUE, Integer.MAX_VALUE, 2));
  }

  private static List<Part> take(Split split, List<Long> times) {
    RowTimes counted = new RowTimes();
    times.forEach(counted::add);
    Split.Partition partition = split.partition(counted);
    return times.stream().map(partition::next).toList();
  }
}
