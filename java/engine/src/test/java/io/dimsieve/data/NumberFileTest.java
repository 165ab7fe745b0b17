package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumberFileTest {

  private static final int FIELDS = 3;
  private static final int CAPACITY = 7;

  private static NumberBlock random(SplittableRandom random, int input, int rows) {
    NumberBlock block = new NumberBlock(FIELDS, CAPACITY);
    block.input = input;
    block.rows = rows;
    for (int row = 0; row < rows; row++) {
      block.times[row] = random.nextLong();
      for (int[] column : block.columns) {
        column[row] = random.nextInt();
      }
    }
    return block;
  }

  private static void assertSame(NumberBlock expected, NumberBlock actual) {
    assertEquals(expected.input, actual.input);
    assertEquals(expected.rows, actual.rows);
    assertArrayEquals(Arrays.copyOf(expected.times, expected.rows), Arrays.copyOf(actual.times, expected.rows));
    for (int column = 0; column <= FIELDS; column++) {
      assertArrayEquals(Arrays.copyOf(expected.columns[column], expected.rows), Arrays.copyOf(actual.columns[column], expected.rows));
    }
  }

  @Test
  void readsWhatWasWrittenAsOftenAsWantedAndLeavesNoFile(@TempDir Path folder) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    NumberBlock[] blocks = {random(random, 0, CAPACITY), random(random, 0, 0), random(random, 2, 1)};
    try (NumberFile file = NumberFile.beside(folder.resolve("rows.ds"), FIELDS, CAPACITY)) {
      for (NumberBlock block : blocks) {
        file.write(block);
      }
      NumberBlock read = new NumberBlock(FIELDS, CAPACITY);
      for (int time = 0; time < 2; time++) {
        file.rewind();
        for (NumberBlock block : blocks) {
          assertTrue(file.read(read));
          assertSame(block, read);
        }
        assertFalse(file.read(read));
      }
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void saysWhereItCannotBeMade(@TempDir Path folder) {
    Path target = folder.resolve("missing").resolve("rows.ds");
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> NumberFile.beside(target, FIELDS, CAPACITY));
    assertTrue(e.getMessage().startsWith(target + ": cannot be written: "), e.getMessage());
  }
}
