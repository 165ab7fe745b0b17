package io.dimsieve.bench.encode;

import io.dimsieve.bench.Ids;
import java.util.SplittableRandom;

/**
 * Lines like those of the Criteo log: a label, 13 counts, 26 categories of eight hexadecimal digits; some are missing. Equal seeds give equal lines.
 */
final class CriteoText {

  private static final int NUMBERS = 13;
  private static final int CATEGORIES = 26;
  private static final int VALUES = 30_000; // of a category
  private static final double MISSING = 0.1;

  private CriteoText() {}

  static String lines(long seed, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] values = Ids.ZIPF.batch(seed, rows, NUMBERS + CATEGORIES, VALUES);
    StringBuilder text = new StringBuilder(256 * rows);
    for (int row = 0, at = 0; row < rows; row++) {
      text.append(random.nextInt(4) == 0 ? '1' : '0');
      for (int column = 0; column < NUMBERS + CATEGORIES; column++, at++) {
        text.append('\t');
        if (random.nextDouble() < MISSING) {
          continue;
        }
        if (column < NUMBERS) {
          text.append(values[at] % 1000);
        } else {
          // An odd factor spreads the numbers over 32 bits one to one.
          String digits = Integer.toHexString((values[at] + column * VALUES) * 0x9E3779B1);
          text.append("0".repeat(8 - digits.length())).append(digits);
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}
