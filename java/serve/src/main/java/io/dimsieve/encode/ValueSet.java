package io.dimsieve.encode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Distinct values numbered 0, 1, … in the order they were added. Layout: the UTF-8 bytes end to end, their offsets, and an open
 * addressing index (linear probing, at most three quarters full). A slot holds the value's hash in its upper and number + 1 in
 * its lower 32 bits, 0 = free, so that a probe reads the bytes of hardly any other value. About 24 bytes a value plus its bytes.
 */
final class ValueSet {

  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
  private static final int MAX_SIZE = 1 << 28;

  private byte[] utf8;
  private long[] offsets;
  private long[] slots;
  private int size;

  ValueSet() {
    this(new byte[256], new long[17], 0);
  }

  private ValueSet(byte[] utf8, long[] offsets, int expected) {
    this.utf8 = utf8;
    this.offsets = offsets;
    this.slots = new long[Math.max(32, Integer.highestOneBit(Math.max(1, expected + expected / 3)) << 1)];
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
      int hash = Words.hash(utf8, set.start(i), set.end(i));
      int slot = set.slot(hash, utf8, set.start(i), set.end(i));
      if (set.slots[slot] != 0) {
        throw new IllegalArgumentException("value " + i + " '" + set.value(i) + "' is given twice");
      }
      set.slots[slot] = entry(hash, ++set.size);
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
    return (int) slots[slot(Words.hash(bytes, from, to), bytes, from, to)] - 1;
  }

  /** Number of a value, added when absent. IllegalStateException when the bytes would pass 2 GiB. */
  int add(byte[] bytes, int from, int to) {
    int hash = Words.hash(bytes, from, to);
    int slot = slot(hash, bytes, from, to);
    if (slots[slot] == 0) {
      append(bytes, from, to - from);
      slots[slot] = entry(hash, size);
      if (size > slots.length / 4 * 3) {
        grow();
      }
      return size - 1;
    }
    return (int) slots[slot] - 1;
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
    offsets[++size] = end;
  }

  // Distinct values find their new slots by their hashes alone.
  private void grow() {
    long[] old = slots;
    slots = new long[old.length << 1];
    int mask = slots.length - 1;
    for (long entry : old) {
      int slot = (int) (entry >>> Integer.SIZE) & mask;
      while (entry != 0 && slots[slot] != 0) {
        slot = slot + 1 & mask;
      }
      if (entry != 0) {
        slots[slot] = entry;
      }
    }
  }

  private static long entry(int hash, int oneBased) {
    return (long) hash << Integer.SIZE | oneBased;
  }

  /** The slot of a value, or the free one where it belongs. */
  private int slot(int hash, byte[] bytes, int from, int to) {
    int mask = slots.length - 1;
    for (int slot = hash & mask; ; slot = slot + 1 & mask) {
      long entry = slots[slot];
      if (entry == 0 || (int) (entry >>> Integer.SIZE) == hash && matches((int) entry - 1, bytes, from, to)) {
        return slot;
      }
    }
  }

  private boolean matches(int number, byte[] bytes, int from, int to) {
    return end(number) - start(number) == to - from && Words.equal(utf8, start(number), bytes, from, to - from);
  }
}
