package io.dimsieve.encode;

import java.util.Arrays;

/** Numbers the values of one field, counts them, and ranks the frequent ones into a {@link Vocabulary}. */
final class ValueCounter implements ValueIndex {

  private final ValueSet values = new ValueSet();
  private long[] counts = new long[16];
  private int[] ids = {};

  @Override
  public int number(byte[] utf8, int from, int to) {
    return values.add(utf8, from, to);
  }

  @Override
  public void numbers(byte[] utf8, long[] stretches, int first, int count, int[] numbers) {
    values.add(utf8, stretches, first, count, numbers);
  }

  /** Counts {@code numbers[rows[i]]} for the first so many i. */
  void count(int[] numbers, int[] rows, int length) {
    if (counts.length < values.size()) {
      counts = Arrays.copyOf(counts, Math.max(values.size(), counts.length + (counts.length >> 1)));
    }
    for (int i = 0; i < length; i++) {
      counts[numbers[rows[i]]]++;
    }
  }

  private long counted(int number) {
    return number < counts.length ? counts[number] : 0;
  }

  /** The id of each number in the last vocabulary. */
  int[] ids() {
    return ids;
  }

  Vocabulary vocabulary(int minCount) {
    int[] ranked = new int[values.size()];
    int n = 0;
    int bytes = 0;
    for (int i = 0; i < ranked.length; i++) {
      if (counted(i) >= minCount) {
        ranked[n++] = i;
        bytes += values.end(i) - values.start(i);
      }
    }
    ranked = sorted(ranked, n);
    ids = new int[values.size()];
    byte[] utf8 = new byte[bytes];
    long[] offsets = new long[n + 1];
    for (int i = 0; i < n; i++) {
      int length = values.end(ranked[i]) - values.start(ranked[i]);
      System.arraycopy(values.utf8(), values.start(ranked[i]), utf8, (int) offsets[i], length);
      offsets[i + 1] = offsets[i] + length;
      ids[ranked[i]] = i + 1;
    }
    return Vocabulary.of(utf8, offsets);
  }

  private boolean before(int a, int b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : values.compare(a, b) < 0;
  }

  // Bottom-up merge sort of the first n numbers: the JDK sorts primitives by a custom order only when boxed.
  private int[] sorted(int[] from, int n) {
    int[] to = new int[n];
    for (long width = 1; width < n; width *= 2) {
      for (long start = 0; start < n; start += 2 * width) {
        int left = (int) start;
        int middle = (int) Math.min(start + width, n);
        int right = middle;
        int end = (int) Math.min(start + 2 * width, n);
        for (int i = left, at = left; at < end; at++) {
          boolean takeLeft = i < middle && (right == end || before(from[i], from[right]));
          to[at] = takeLeft ? from[i++] : from[right++];
        }
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    return from;
  }
}
