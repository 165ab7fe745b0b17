package io.dimsieve.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The hidden truth behind {@link SyntheticRows}, after its formula. Fields are dealt coordinates like cards: field f takes the
 * next k_f of the endless sequence 0, 1, …, D−1, 0, 1, …; so when Σ k_f ≥ 2D every coordinate is used by at least two fields.
 */
final class SyntheticModel {

  /** Standard deviation of the interaction part of the logit. */
  static final double INTERACTION_DEVIATION = 2;
  /** Mean of the interaction part plus bias; gives about 30 % clicks. */
  static final double MEAN_LOGIT = -1.2;
  private static final double FIRST_ORDER_DEVIATION = 0.1;
  private static final int CALIBRATION_ROWS = 1 << 13;

  private final int base;
  private final int[] dimensions;
  private final int[] firstCoordinate;
  private final double[] logCardinality;
  private final float[][] latent;
  private final float[][] weight;
  private final double[] sum;
  private double scale = 1;
  private double bias;

  SyntheticModel(long seed, int base, int[] cardinalities, int[] dimensions) {
    this.base = base;
    this.dimensions = dimensions;
    int fields = cardinalities.length;
    firstCoordinate = new int[fields];
    logCardinality = new double[fields];
    latent = new float[fields][];
    weight = new float[fields][];
    sum = new double[base];
    SplittableRandom random = new SplittableRandom(seed);
    int dealt = 0;
    for (int f = 0; f < fields; f++) {
      firstCoordinate[f] = dealt % base;
      dealt += dimensions[f];
      logCardinality[f] = StrictMath.log(cardinalities[f] + 1.0);
      latent[f] = uniform(random, Math.multiplyExact(cardinalities[f], dimensions[f]), 1);
      weight[f] = uniform(random, cardinalities[f], FIRST_ORDER_DEVIATION);
    }
    calibrate(random);
  }

  /** Independent values of mean 0, uniform, with this standard deviation: on ±√3 times it. */
  private static float[] uniform(SplittableRandom random, int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * StrictMath.sqrt(3) * deviation);
    }
    return values;
  }

  /** Chooses scale and bias from a sample of rows. */
  private void calibrate(SplittableRandom random) {
    int[] row = new int[1 + latent.length];
    double total = 0;
    double squares = 0;
    for (int i = 0; i < CALIBRATION_ROWS; i++) {
      drawIds(random, row);
      double interaction = interaction(row);
      total += interaction;
      squares += interaction * interaction;
    }
    double mean = total / CALIBRATION_ROWS;
    scale = INTERACTION_DEVIATION / StrictMath.sqrt(Math.max(1e-12, squares / CALIBRATION_ROWS - mean * mean));
    bias = MEAN_LOGIT - scale * mean;
  }

  /** Draws a row: label, then ids from 1. Uses exactly one draw for each field and one for the label. */
  void draw(SplittableRandom random, int[] row) {
    drawIds(random, row);
    row[0] = random.nextDouble() * (1 + StrictMath.exp(-logit(row))) < 1 ? 1 : 0;
  }

  /** id = ⌊(n+1)^u⌋, u uniform: P(id) = ln(1 + 1/id) / ln(n + 1), Zipf's law with exponent 1. */
  private void drawIds(SplittableRandom random, int[] row) {
    for (int f = 0; f < latent.length; f++) {
      int id = (int) StrictMath.exp(random.nextDouble() * logCardinality[f]);
      row[1 + f] = Math.min(Math.max(id, 1), weight[f].length);
    }
  }

  /** True log-odds of a click. */
  double logit(int[] row) {
    double logit = bias + scale * interaction(row);
    for (int f = 0; f < weight.length; f++) {
      logit += weight[f][row[1 + f] - 1];
    }
    return logit;
  }

  /** Σ_{i&lt;j} ⟨v_i, v_j⟩ = ½ Σ_c ((Σ_f v_fc)² − Σ_f v_fc²). */
  private double interaction(int[] row) {
    Arrays.fill(sum, 0);
    double squares = 0;
    for (int f = 0; f < latent.length; f++) {
      int k = dimensions[f];
      int at = (row[1 + f] - 1) * k;
      for (int t = 0, c = firstCoordinate[f]; t < k; t++) {
        float value = latent[f][at + t];
        sum[c] += value;
        squares += value * value;
        c = c + 1 == base ? 0 : c + 1;
      }
    }
    double total = -squares;
    for (double each : sum) {
      total += each * each;
    }
    return total / 2;
  }
}
