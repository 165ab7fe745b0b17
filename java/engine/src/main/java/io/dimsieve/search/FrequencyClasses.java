package io.dimsieve.search;

import io.dimsieve.data.IdCounts;
import io.dimsieve.optimizer.TwinMask;
import io.dimsieve.tensor.RowMasks;
import java.util.Arrays;

/**
 * Classes of the values of each field whose counts are alike: equal floor(resolution · log₂(1 + count)). A mask that depends on frequency alone need be
 * computed only once a class, and where ids sort by frequency it is constant along them.
 *
 * <p>Attributes of a class, means over its values: log(1 + count) as a z-score over the values of all fields and over those of its own; rank by count over
 * the rows n of the field; log n over the log of the largest table; and, when asked for, one input per field that is 1 for its own. α is the logistic
 * function of the z-score within the field.
 */
final class FrequencyClasses {

  static final int ATTRIBUTES = 4;

  private final int fields;
  private final int[] ofRow;
  private final int[] rowBase;
  private final int[] base;
  private final long[] size;
  private final double[] logCount;
  private final float[] attributes;
  private final float[] alpha;
  private final int inputs;

  FrequencyClasses(IdCounts counts, double resolution, boolean oneHot) {
    fields = counts.fields();
    inputs = ATTRIBUTES + (oneHot ? fields : 0);
    rowBase = new int[fields + 1];
    for (int f = 0; f < fields; f++) {
      rowBase[f + 1] = Math.addExact(rowBase[f], counts.rows(f));
    }
    ofRow = new int[rowBase[fields]];
    base = new int[fields + 1];
    for (int f = 0; f < fields; f++) {
      base[f + 1] = base[f] + classify(counts, f, resolution);
    }
    size = new long[base[fields]];
    logCount = new double[base[fields]];
    for (int f = 0; f < fields; f++) {
      for (int r = 0; r < counts.rows(f); r++) {
        int c = ofRow[rowBase[f] + r];
        size[c]++;
        logCount[c] += StrictMath.log1p(counts.count(f, r));
      }
    }
    for (int c = 0; c < size.length; c++) {
      logCount[c] /= size[c];
    }
    attributes = new float[size.length * inputs];
    alpha = new float[size.length];
    describe(oneHot);
  }

  /** Gives the rows of a field their classes, rarest first; returns how many there are. */
  private int classify(IdCounts counts, int f, double resolution) {
    int rows = counts.rows(f);
    int[] step = new int[rows];
    for (int r = 0; r < rows; r++) {
      step[r] = (int) StrictMath.floor(resolution * StrictMath.log1p(counts.count(f, r)) / StrictMath.log(2) + 1e-9);
    }
    int[] distinct = Arrays.stream(step).sorted().distinct().toArray();
    for (int r = 0; r < rows; r++) {
      ofRow[rowBase[f] + r] = base[f] + Arrays.binarySearch(distinct, step[r]);
    }
    return distinct.length;
  }

  private void describe(boolean oneHot) {
    double[] all = moments(0, size.length);
    int largest = 1;
    for (int f = 0; f < fields; f++) {
      largest = Math.max(largest, rowBase[f + 1] - rowBase[f]);
    }
    for (int f = 0; f < fields; f++) {
      double[] own = moments(base[f], base[f + 1]);
      int rows = rowBase[f + 1] - rowBase[f];
      double rarer = 0;
      for (int c = base[f]; c < base[f + 1]; c++) {
        int at = c * inputs;
        double within = (logCount[c] - own[0]) / own[1];
        attributes[at] = (float) ((logCount[c] - all[0]) / all[1]);
        attributes[at + 1] = (float) within;
        attributes[at + 2] = (float) (1 - (rarer + 0.5 * size[c]) / rows);
        attributes[at + 3] = largest == 1 ? 0 : (float) (StrictMath.log(rows) / StrictMath.log(largest));
        if (oneHot) {
          attributes[at + ATTRIBUTES + f] = 1;
        }
        alpha[c] = (float) (1 / (1 + StrictMath.exp(-within)));
        rarer += size[c];
      }
    }
  }

  /** Mean and deviation of log(1 + count) over the values of some classes; the deviation of equal ones is taken as 1. */
  private double[] moments(int first, int end) {
    double values = 0;
    double sum = 0;
    for (int c = first; c < end; c++) {
      values += size[c];
      sum += size[c] * logCount[c];
    }
    double mean = sum / values;
    double squares = 0;
    for (int c = first; c < end; c++) {
      squares += size[c] * (logCount[c] - mean) * (logCount[c] - mean);
    }
    double deviation = Math.sqrt(squares / values);
    return new double[] {mean, deviation < 1e-9 ? 1 : deviation};
  }

  int count() {
    return size.length;
  }

  /** Numbers a class is described by. */
  int inputs() {
    return inputs;
  }

  /** Rows of all fields. */
  int rows() {
    return ofRow.length;
  }

  /** Class of a row. */
  int of(int field, int row) {
    return ofRow[rowBase[field] + row];
  }

  /** Values in a class. */
  long size(int c) {
    return size[c];
  }

  /** What the twins read; a class weighs as its share of all rows. */
  TwinMask.Classes forTwins() {
    float[] share = new float[size.length];
    for (int c = 0; c < share.length; c++) {
      share[c] = (float) ((double) size[c] / ofRow.length);
    }
    return new TwinMask.Classes(ofRow, base, attributes, alpha, share);
  }

  /** Masks where each value keeps the first k columns of its class. */
  RowMasks masks(int[] k) {
    long[][] bits = new long[fields][];
    for (int f = 0; f < fields; f++) {
      bits[f] = new long[rowBase[f + 1] - rowBase[f]];
      for (int r = 0; r < bits[f].length; r++) {
        int length = k[ofRow[rowBase[f] + r]];
        bits[f][r] = length == Long.SIZE ? -1 : (1L << length) - 1;
      }
    }
    return new RowMasks(bits);
  }
}
