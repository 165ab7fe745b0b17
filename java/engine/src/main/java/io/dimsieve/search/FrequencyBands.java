package io.dimsieve.search;

import io.dimsieve.data.IdCounts;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of each field's table cut into bands of similar frequency: a new band begins where the count has halved. Ids sort by frequency, so a band
 * is a run of rows; row 0, of unknown values, belongs to the first. A hashed field, whose rows have no such order, is cut wherever neighbours differ so much.
 */
final class FrequencyBands {

  private final int[][] ends;

  FrequencyBands(IdCounts counts, int most) {
    ends = new int[counts.fields()][];
    for (int f = 0; f < ends.length; f++) {
      ends[f] = cut(counts, f, most);
    }
  }

  private static int[] cut(IdCounts counts, int field, int most) {
    List<Integer> ends = new ArrayList<>();
    double begun = counts.rows(field) > 1 ? counts.count(field, 1) : 0;
    for (int row = 2; row < counts.rows(field) && ends.size() + 1 < most; row++) {
      double count = counts.count(field, row);
      if (count < begun / 2) {
        ends.add(row);
        begun = count;
      }
    }
    ends.add(counts.rows(field));
    return ends.stream().mapToInt(Integer::intValue).toArray();
  }

  int bands(int field) {
    return ends[field].length;
  }

  /** First row of a band. */
  int first(int field, int band) {
    return band == 0 ? 0 : ends[field][band - 1];
  }

  /** Row after the last of a band. */
  int end(int field, int band) {
    return ends[field][band];
  }

  int rows(int field, int band) {
    return end(field, band) - first(field, band);
  }

  /** The band a row is in. */
  int band(int field, int row) {
    int at = java.util.Arrays.binarySearch(ends[field], row);
    return at >= 0 ? at + 1 : -at - 1;
  }
}
