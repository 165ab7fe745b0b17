package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DivisionTest {

  private static NumberBlock block(int input, long... times) {
    NumberBlock block = new NumberBlock(1, 8);
    block.input = input;
    block.rows = times.length;
    System.arraycopy(times, 0, block.times, 0, times.length);
    return block;
  }

  private static List<Part> parts(NumberBlock block) {
    return Arrays.asList(block.parts).subList(0, block.rows);
  }

  @Test
  void goesOnFromBlockToBlockAndBeginsAnewWithEachInput() {
    Division division = new Division(input -> {
      long[] seen = {0};
      return time -> input == 0 && seen[0]++ < 3 ? Part.TRAIN : time > 5 ? Part.TEST : Part.VALIDATION;
    });
    NumberBlock first = block(0, 1, 2);
    NumberBlock second = block(0, 9, 9, 4);
    NumberBlock other = block(1, 6);
    for (NumberBlock block : List.of(first, second, other)) {
      division.divide(block);
    }
    assertEquals(List.of(Part.TRAIN, Part.TRAIN), parts(first));
    assertEquals(List.of(Part.TRAIN, Part.TEST, Part.VALIDATION), parts(second));
    assertEquals(List.of(Part.TEST), parts(other));
    assertArrayEquals(new int[] {0, 1}, Arrays.copyOf(first.trained, first.training));
    assertArrayEquals(new int[] {0}, Arrays.copyOf(second.trained, second.training));
    assertEquals(0, other.training);
    long[] counts = division.counts();
    assertEquals(3, counts[Part.TRAIN.ordinal()]);
    assertEquals(1, counts[Part.VALIDATION.ordinal()]);
    assertEquals(2, counts[Part.TEST.ordinal()]);
  }
}
