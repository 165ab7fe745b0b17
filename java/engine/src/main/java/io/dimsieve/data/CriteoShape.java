package io.dimsieve.data;

/**
 * Numbers of values as they occur in the Criteo display-advertising data when rare values are dropped (13 numeric columns in
 * buckets, then 26 categories; about 1.1 million values), and planted dimensions that differ from field to field.
 */
final class CriteoShape {

  static final int BASE = 16;

  private static final int[] CARDINALITIES = {
    49, 101, 126, 45, 223, 118, 84, 76, 95, 9, 30, 40, 75,
    1_458, 555, 193_949, 138_801, 306, 19, 11_970, 634, 4, 42_646, 5_178, 192_773, 3_175,
    27, 11_422, 181_075, 11, 4_654, 2_032, 5, 189_657, 18, 16, 59_697, 86, 45_571,
  };

  /** Few for fields of few values, 0 for some (fields without use), up to 8 for the others. */
  private static final int[] DIMENSIONS = {
    2, 1, 2, 0, 4, 2, 1, 3, 2, 1, 0, 2, 3,
    6, 4, 8, 4, 2, 1, 5, 0, 1, 6, 4, 2, 4,
    1, 3, 8, 1, 4, 0, 1, 5, 2, 2, 6, 1, 4,
  };

  private CriteoShape() {}

  static int[] cardinalities() {
    return CARDINALITIES.clone();
  }

  static int[] dimensions() {
    return DIMENSIONS.clone();
  }
}
