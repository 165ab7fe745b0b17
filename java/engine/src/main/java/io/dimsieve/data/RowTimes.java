package io.dimsieve.data;

import java.util.Arrays;
import org.agrona.collections.Long2LongCounterMap;

/** How many rows have each {@link RowBlock#endRow(long) time}; memory grows with the number of distinct times only. */
final class RowTimes {

  private final Long2LongCounterMap counts = new Long2LongCounterMap(0);
  private long rows;

  void add(long time) {
    counts.incrementAndGet(time);
    rows++;
  }

  long rows() {
    return rows;
  }

  /** Separates the first {@code first} rows by time from the others. */
  Cut cut(long first) {
    long[] times = new long[counts.size()];
    int[] size = {0};
    counts.forEach((time, count) -> times[size[0]++] = time);
    Arrays.sort(times);
    long left = first;
    for (long time : times) {
      long count = counts.get(time);
      if (count > left) {
        return new Cut(time, left);
      }
      left -= count;
    }
    return new Cut(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * Applied to rows in the order of their source: all rows earlier than a certain time are among the first, and of the rows of
   * exactly that time as many as still fit.
   */
  static final class Cut {

    private final long time;
    private long left;

    private Cut(long time, long left) {
      this.time = time;
      this.left = left;
    }

    boolean isAmongFirst(long rowTime) {
      return rowTime < time || rowTime == time && left-- > 0;
    }
  }
}
