package io.dimsieve.bench.peer;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What every library works on, the same in every process: {@value #FIELDS} fields of as many rows each, {@value #DIMENSION} columns,
 * batches of {@value #BATCH} rows whose ids are log-uniform (P(id) about 1 / (id + 1), the frequent ones first), labels, a mask that
 * closes half of the columns, and a gradient from above.
 *
 * @param tableRows rows of each field's table
 * @param ids of each batch, [BATCH × FIELDS] row-major, each within its field's table
 * @param labels of each batch, [BATCH], 0 or 1
 * @param mask [FIELDS · DIMENSION] of 0 and 1, exactly half of them 1
 * @param upstream [BATCH × FIELDS · DIMENSION], the gradient of the gathered batch matrix
 */
record Workload(int tableRows, int[][] ids, float[][] labels, float[] mask, float[] upstream) {

  static final int FIELDS = 39;
  static final int DIMENSION = 16;
  static final int COLUMNS = FIELDS * DIMENSION;
  static final int BATCH = 4096;

  /** Rows of a table, in turn. */
  static final int[] TABLES = {1_000, 26_000};

  /** Learning rate of every Adam; its other numbers are customary: 0.9, 0.999, 1e-8. */
  static final double RATE = 1e-3;

  private static final int BATCHES = 8;
  private static final double DEVIATION = 0.1; // of the initial weights: large enough for a loss that depends on all of them

  static Workload of(int tableRows) {
    SplittableRandom random = new SplittableRandom(tableRows);
    int[][] ids = new int[BATCHES][BATCH * FIELDS];
    float[][] labels = new float[BATCHES][BATCH];
    for (int b = 0; b < BATCHES; b++) {
      Arrays.setAll(ids[b], i -> Math.min(tableRows - 1, (int) Math.pow(tableRows + 1, random.nextDouble()) - 1));
      for (int i = 0; i < BATCH; i++) {
        labels[b][i] = random.nextInt(4) == 0 ? 1 : 0;
      }
    }
    float[] mask = new float[COLUMNS];
    for (int closed = 0; closed < COLUMNS / 2; ) {
      int column = random.nextInt(COLUMNS);
      closed += mask[column] == 0 ? 1 : 0;
      mask[column] = 1;
    }
    float[] upstream = new float[BATCH * COLUMNS];
    for (int i = 0; i < upstream.length; i++) {
      upstream[i] = (float) random.nextDouble(-1, 1);
    }
    return new Workload(tableRows, ids, labels, mask, upstream);
  }

  /** Rows of every field's table. */
  int[] tables() {
    int[] rows = new int[FIELDS];
    Arrays.fill(rows, tableRows);
    return rows;
  }

  /** Initial weights of a model of these tables. */
  Weights weights(int... hidden) {
    return Weights.of(tables(), DIMENSION, hidden, DEVIATION, 1);
  }

  /** A batch's ids as rows of all tables below each other. */
  long[] globalRows(int[] batch) {
    return Weights.globalRows(tables(), batch);
  }

  /** Name of a work on these tables. */
  String name(String work) {
    return work + " " + tableRows;
  }
}
