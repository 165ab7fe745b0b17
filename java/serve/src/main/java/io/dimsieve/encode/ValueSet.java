package io.dimsieve.encode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Distinct values numbered 0, 1, … in the order they were added. Layout: the UTF-8 bytes end to end, their offsets, and an open
 * addressing index (linear probing, at most three quarters full). A slot is two words, so that a value of up to eight bytes is
 * found in one cache line: {@link Words#head its first bytes}; then, from above, 28 bits of its hash, min(length, 9) in 4 bits,
 * number + 1 in 32 bits, all 0 = free. About 40 bytes a value plus its bytes.
 */
final class ValueSet {

  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
  private static final int MAX_SIZE = 3 << 26; // 2^28 slots
  private static final int LENGTH_BITS = 4;
  private static final int LONG = 9; // length of a value that does not fit into its slot

  private byte[] utf8;
  private long[] offsets;
  private long[] slots;
  private int size;
  private long touched;

  ValueSet() {
    this(new byte[256], new long[17], 0);
  }

  private ValueSet(byte[] utf8, long[] offsets, int expected) {
    this.utf8 = utf8;
    this.offsets = offsets;
    this.slots = new long[2 * Math.max(32, Integer.highestOneBit(Math.max(1, expected + expected / 3)) << 1)];
  }

  /**
   * Takes over the arrays; n + 1 ascending offsets from 0 to the number of bytes. IllegalArgumentException for a value given
   * twice.
   */
  static ValueSet of(byte[] utf8, long[] offsets) {
    if (offsets.length - 1 > MAX_SIZE) {
      throw new IllegalArgumentException(offsets.length - 1 + " values, more than " + MAX_SIZE);
    }
    ValueSet set = new ValueSet(utf8, offsets, offsets.length - 1);
    for (int i = 0; i < offsets.length - 1; i++) {
      int key = key(utf8, set.start(i), set.end(i));
      int slot = set.slot(key, utf8, set.start(i), set.end(i));
      if (set.slots[slot + 1] != 0) {
        throw new IllegalArgumentException("value " + i + " '" + set.value(i) + "' is given twice");
      }
      set.take(slot, key, Words.head(utf8, set.start(i), set.end(i)));
    }
    return set;
  }

  int size() {
    return size;
  }

  byte[] utf8() {
    return utf8;
  }

  long[] offsets() {
    return offsets;
  }

  int start(int number) {
    return (int) offsets[number];
  }

  int end(int number) {
    return (int) offsets[number + 1];
  }

  String value(int number) {
    return new String(utf8, start(number), end(number) - start(number), StandardCharsets.UTF_8);
  }

  /** Order of the UTF-8 bytes, taken as unsigned. */
  int compare(int a, int b) {
    return Arrays.compareUnsigned(utf8, start(a), end(a), utf8, start(b), end(b));
  }

  /** Number of a value, -1 when it is absent. */
  int find(byte[] bytes, int from, int to) {
    return (int) slots[slot(key(bytes, from, to), bytes, from, to) + 1] - 1;
  }

  /** Number of a value, added when absent. IllegalStateException when the bytes would pass 2 GiB. */
  int add(byte[] bytes, int from, int to) {
    return add(key(bytes, from, to), bytes, from, to);
  }

  /**
   * Numbers of values, added when absent. Every slot is asked for before the first is looked at: in a loop without a branch,
   * several cache misses are waited for at once.
   *
   * @param stretches of the values, see {@link EncoderBuilder#numbers}
   * @param numbers receives the number of each of {@code count} stretches from {@code first} on
   */
  void add(byte[] bytes, long[] stretches, int first, int count, int[] numbers) {
    for (int i = 0; i < count; i++) {
      long stretch = stretches[first + i];
      numbers[i] = key(bytes, (int) (stretch >>> Integer.SIZE), (int) stretch);
    }
    touch(numbers, count);
    for (int i = 0; i < count; i++) {
      long stretch = stretches[first + i];
      numbers[i] = add(numbers[i], bytes, (int) (stretch >>> Integer.SIZE), (int) stretch);
    }
  }

  private void touch(int[] keys, int count) {
    int mask = slots.length / 2 - 1;
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += slots[2 * (keys[i] >>> LENGTH_BITS & mask)];
    }
    touched = sum; // so that the loop is not left out
  }

  private int add(int key, byte[] bytes, int from, int to) {
    int slot = slot(key, bytes, from, to);
    int found = (int) slots[slot + 1];
    if (found != 0) {
      return found - 1;
    }
    append(bytes, from, to - from);
    take(slot, key, Words.head(bytes, from, to));
    if (size > slots.length / 8 * 3) {
      grow();
    }
    return size - 1;
  }

  private void append(byte[] bytes, int from, int length) {
    long end = offsets[size] + length;
    if (end > MAX_BYTES || size == MAX_SIZE) {
      throw new IllegalStateException("more than " + MAX_BYTES + " bytes or " + MAX_SIZE + " values");
    }
    if (end > utf8.length) {
      utf8 = Arrays.copyOf(utf8, (int) Math.min(MAX_BYTES, Math.max(end, utf8.length * 3L / 2)));
    }
    System.arraycopy(bytes, from, utf8, start(size), length);
    if (size + 2 > offsets.length) {
      offsets = Arrays.copyOf(offsets, offsets.length + (offsets.length >> 1) + 1);
    }
    offsets[size + 1] = end;
  }

  private void take(int slot, int key, long head) {
    slots[slot] = head;
    slots[slot + 1] = (long) key << Integer.SIZE | ++size;
  }

  // Distinct values find their new slots by their keys alone.
  private void grow() {
    long[] old = slots;
    slots = new long[2 * old.length];
    int mask = slots.length / 2 - 1;
    for (int i = 0; i < old.length; i += 2) {
      if (old[i + 1] != 0) {
        int slot = (int) (old[i + 1] >>> Integer.SIZE + LENGTH_BITS) & mask;
        while (slots[2 * slot + 1] != 0) {
          slot = slot + 1 & mask;
        }
        slots[2 * slot] = old[i];
        slots[2 * slot + 1] = old[i + 1];
      }
    }
  }

  /** The upper half of a slot's second word. */
  private static int key(byte[] bytes, int from, int to) {
    return Words.hash(bytes, from, to) << LENGTH_BITS | Math.min(to - from, LONG);
  }

  /** Where the slot of a value begins, or the free one where it belongs. */
  private int slot(int key, byte[] bytes, int from, int to) {
    long head = Words.head(bytes, from, to);
    int mask = slots.length / 2 - 1;
    for (int slot = key >>> LENGTH_BITS & mask; ; slot = slot + 1 & mask) {
      long second = slots[2 * slot + 1];
      if (second == 0 || (int) (second >>> Integer.SIZE) == key && slots[2 * slot] == head && sameRest((int) second - 1, bytes, from, to)) {
        return 2 * slot;
      }
    }
  }

  private boolean sameRest(int number, byte[] bytes, int from, int to) {
    int length = to - from;
    return length <= Long.BYTES || end(number) - start(number) == length
        && Words.equal(utf8, start(number) + Long.BYTES, bytes, from + Long.BYTES, length - Long.BYTES);
  }
}
