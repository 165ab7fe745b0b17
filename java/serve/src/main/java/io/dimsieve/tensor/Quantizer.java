package io.dimsieve.tensor;

import java.nio.ByteBuffer;

/**
 * Turns the entries of one field's table into what is stored, and back.
 *
 * <ul>
 *   <li>F32: as it is.
 *   <li>F16: the nearest binary16, ties to even; what lies beyond ±65504 becomes that.
 *   <li>I8: scale · q, q the nearest whole number in [−127, 127], ties to even. The scale has at most 16 significant bits, so scale · q is exact.
 * </ul>
 *
 * <p>Rounding what is rounded changes nothing: a model written, read and written again is the same file.
 */
public final class Quantizer {

  private static final int LEVELS = 127;
  /** The largest entry kept unclipped, then 2^(-i/4) of it. */
  private static final int CLIPS = 13;

  private static final float LARGEST_HALF = 65504;

  private final Precision precision;
  private final float scale;

  /**
   * A quantizer.
   *
   * @param scale of {@link Precision#I8}, positive; otherwise not used
   */
  Quantizer(Precision precision, float scale) {
    this.precision = precision;
    this.scale = scale;
  }

  /** For a field as its layout says; the scale is that of least squared error among some clips of the largest entry, the unclipped one included. */
  static Quantizer of(EmbeddingTable table, int field) {
    Precision precision = table.layout().precision();
    return new Quantizer(precision, precision == Precision.I8 ? bestScale(table, field) : 0);
  }

  /** Replaces the entries of all tables by what will be served of them, in the precision of their layout. */
  public static void round(EmbeddingTable table) {
    for (int f = 0; f < table.layout().fields() && table.layout().precision() != Precision.F32; f++) {
      int field = f;
      Quantizer quantizer = of(table, field);
      table.forEachPiece(field, (first, rows) -> {
        for (int i = 0; i < rows.length; i++) {
          rows[i] = quantizer.round(rows[i]);
        }
        table.values().set(table.base(field) + (long) first * table.layout().width(field), rows);
      });
    }
  }

  /** Scale of I8. */
  float scale() {
    return scale;
  }

  /** What is served of an entry. */
  float round(float x) {
    return switch (precision) {
      case F32 -> x;
      case F16 -> fromHalf(toHalf(x));
      case I8 -> scale * level(x, scale);
    };
  }

  /** Appends an entry as it is stored, little-endian. */
  void put(ByteBuffer target, float x) {
    switch (precision) {
      case F32 -> target.putFloat(x);
      case F16 -> target.putShort(toHalf(x));
      case I8 -> target.put((byte) level(x, scale));
    }
  }

  /** The next stored entry. */
  float get(ByteBuffer source) {
    return switch (precision) {
      case F32 -> source.getFloat();
      case F16 -> fromHalf(source.getShort());
      case I8 -> scale * source.get();
    };
  }

  private static int level(float x, float scale) {
    return (int) Math.max(-LEVELS, Math.min(LEVELS, Math.rint((double) x / scale)));
  }

  private static float bestScale(EmbeddingTable table, int field) {
    float[] largest = {0};
    forEachKept(table, field, x -> largest[0] = Math.max(largest[0], Math.abs(x)));
    float[] scales = new float[CLIPS];
    for (int i = 0; i < CLIPS; i++) {
      scales[i] = scale(largest[0] * Math.pow(2, -i / 4.0));
    }
    double[] errors = new double[CLIPS];
    forEachKept(table, field, x -> {
      for (int i = 0; i < CLIPS; i++) {
        double error = (double) x - scales[i] * level(x, scales[i]);
        errors[i] += error * error;
      }
    });
    int best = 0;
    for (int i = 1; i < CLIPS; i++) {
      best = errors[i] < errors[best] ? i : best;
    }
    return scales[best];
  }

  /** Scale at which the largest level stands for clip: positive, normal, of 16 significant bits. */
  static float scale(double clip) {
    float exact = (float) Math.max(clip / LEVELS, Float.MIN_NORMAL);
    return Float.intBitsToFloat(Float.floatToRawIntBits(exact) + 0x80 & ~0xff);
  }

  /** Receives entries. */
  @FunctionalInterface
  private interface Entries {
    void accept(float x);
  }

  private static void forEachKept(EmbeddingTable table, int field, Entries entries) {
    EmbeddingLayout layout = table.layout();
    int width = layout.width(field);
    table.forEachPiece(field, (first, rows) -> {
      for (int i = 0; i < rows.length; i++) {
        if (layout.keeps(field, first + i / width, i % width)) {
          entries.accept(rows[i]);
        }
      }
    });
  }

  static short toHalf(float x) {
    int bits = Float.floatToRawIntBits(x);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(x);
    if (Float.isNaN(x)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude > LARGEST_HALF) {
      return (short) (sign | 0x7bff);
    }
    if (magnitude < 0x1p-14f) { // whole multiples of 2^-24
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
    }
    int normal = (bits & 0x7fffffff) - (112 << 23);
    return (short) (sign | normal + 0xfff + (normal >>> 13 & 1) >>> 13);
  }

  static float fromHalf(short half) {
    int exponent = half >>> 10 & 31;
    int mantissa = half & 1023;
    float sign = half < 0 ? -1 : 1;
    if (exponent == 0) {
      return sign * mantissa * 0x1p-24f;
    }
    int bits = (half & 0x8000) << 16 | (exponent == 31 ? 255 : exponent + 112) << 23 | mantissa << 13;
    return Float.intBitsToFloat(bits);
  }
}
