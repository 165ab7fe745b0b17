package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizerTest {

  /** Value of a binary16 by its definition. */
  private static double half(int bits) {
    int exponent = bits >>> 10 & 31;
    int mantissa = bits & 1023;
    double sign = (bits & 0x8000) != 0 ? -1 : 1;
    if (exponent == 31) {
      return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0 ? sign * Math.scalb((double) mantissa, -24) : sign * Math.scalb(1024.0 + mantissa, exponent - 25);
  }

  @Test
  void everyHalfIsReadExactlyAndWrittenBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double expected = half(bits);
      float actual = Quantizer.fromHalf((short) bits);
      assertEquals(expected, actual, 0, () -> "half of bits");
      if (Double.isFinite(expected)) {
        assertEquals((short) bits, Quantizer.toHalf(actual), "bits " + bits);
      }
    }
  }

  @Test
  void floatsGoToTheNearestHalfAndTiesToEven() {
    SplittableRandom random = new SplittableRandom(5);
    for (int bits = 0; bits < 0x7bff; bits += 7) {
      double low = half(bits);
      double high = half(bits + 1);
      float middle = (float) ((low + high) / 2); // exact: one more bit than a half
      assertEquals(bits % 2 == 0 ? bits : bits + 1, Quantizer.toHalf(middle), "tie above " + bits);
      assertEquals(bits, Quantizer.toHalf(Math.nextDown(middle)), "below the middle above " + bits);
      assertEquals(bits + 1, Quantizer.toHalf(Math.nextUp(middle)), "above the middle above " + bits);
      float x = (float) (low + (high - low) * random.nextDouble());
      double error = Math.abs(Quantizer.fromHalf(Quantizer.toHalf(x)) - x);
      assertTrue(error <= Math.min(Math.abs(low - x), Math.abs(high - x)), x + " has the error " + error);
    }
    assertEquals(65504, Quantizer.fromHalf(Quantizer.toHalf(1e30f)));
    assertEquals(-65504, Quantizer.fromHalf(Quantizer.toHalf(Float.NEGATIVE_INFINITY)));
    assertTrue(Float.isNaN(Quantizer.fromHalf(Quantizer.toHalf(Float.NaN))));
  }

  private static EmbeddingTable table(Backend backend, Arena arena, Precision precision, boolean tails) {
    int[] rows = {300, 1, 40};
    EmbeddingLayout layout = new EmbeddingLayout(8, rows, new int[][] {{0, 1, 2, 3, 4, 5, 6, 7}, {}, {2, 5}}).withPrecision(precision);
    EmbeddingTable table = new EmbeddingTable(backend, arena, layout);
    SplittableRandom random = new SplittableRandom(6);
    float[] values = new float[(int) table.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * (tails && random.nextInt(400) == 0 ? 5 : 0.05));
    }
    table.values().set(0, values);
    return table;
  }

  private static double error(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void roundingIsCloseAndChangesNothingTheSecondTime(Precision precision) {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      EmbeddingTable table = table(backend, arena, precision, false);
      float[] before = table.values().toArray();
      Quantizer.round(table);
      float[] once = table.values().toArray();
      double relative = Math.sqrt(error(before, once) / error(before, new float[before.length]));
      assertTrue(relative <= (precision == Precision.F32 ? 0 : precision == Precision.F16 ? 1e-3 : 1e-2), precision + " has the error " + relative);
      Quantizer.round(table);
      assertArrayEquals(once, table.values().toArray());
    }
  }

  @Test
  void theChosenClipIsNeverWorseThanNone() {
    try (Backend backend = Backend.cpu(1);
        Arena arena = new Arena(backend)) {
      for (boolean tails : new boolean[] {false, true}) {
        EmbeddingTable table = table(backend, arena, Precision.I8, tails);
        double unclipped = 0;
        for (int f : new int[] {0, 2}) {
          float[] before = table.values().get(table.base(f), table.layout().rows(f) * table.layout().width(f));
          float largest = 0;
          for (float x : before) {
            largest = Math.max(largest, Math.abs(x));
          }
          Quantizer plain = new Quantizer(Precision.I8, Quantizer.scale(largest));
          Quantizer chosen = Quantizer.of(table, f);
          float[] byPlain = before.clone();
          float[] byChosen = before.clone();
          for (int i = 0; i < before.length; i++) {
            byPlain[i] = plain.round(before[i]);
            byChosen[i] = chosen.round(before[i]);
          }
          assertTrue(error(before, byChosen) <= error(before, byPlain), "field " + f);
          unclipped += error(before, byPlain);
        }
        assertTrue(unclipped > 0);
      }
    }
  }

  @Test
  void emptyAndTinyTablesHaveAScaleToo() {
    assertEquals(Float.MIN_NORMAL, Quantizer.scale(0));
    assertEquals(Float.MIN_NORMAL, Quantizer.scale(1e-44));
    assertEquals(0, new Quantizer(Precision.I8, Quantizer.scale(0)).round(0));
    for (double clip : new double[] {1e-30, 0.0123, 1, 3, 1e20}) {
      float scale = Quantizer.scale(clip);
      assertEquals(clip / 127, scale, scale * 0x1p-16);
      assertEquals(127.0 * scale, 127 * scale, 0, "127 times the scale is exact");
    }
  }
}
