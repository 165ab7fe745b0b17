package io.dimsieve.encode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Distinct texts numbered 0, 1, … in the order they were added. Layout: the UTF-8 bytes end to end, their offsets, and an open
 * addressing index (linear probing, at most half full, number + 1 in a slot, 0 = free). About 16 bytes a text plus its bytes.
 */
final class ValueSet {

  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
  private static final int MAX_SIZE = 1 << 28;

  private byte[] utf8;
  private long[] offsets;
  private int[] slots;
  private int size;

  ValueSet() {
    this(new byte[256], new long[17], 0);
  }

  private ValueSet(byte[] utf8, long[] offsets, int expected) {
    this.utf8 = utf8;
    this.offsets = offsets;
    this.slots = new int[Math.max(32, Integer.highestOneBit(Math.max(1, expected)) << 2)];
  }

  /**
   * Takes over the arrays; n + 1 ascending offsets from 0 to the number of bytes. IllegalArgumentException for a text given
   * twice.
   */
  static ValueSet of(byte[] utf8, long[] offsets) {
    if (offsets.length - 1 > MAX_SIZE) {
      throw new IllegalArgumentException(offsets.length - 1 + " values, more than " + MAX_SIZE);
    }
    ValueSet set = new ValueSet(utf8, offsets, offsets.length - 1);
    for (int i = 0; i < offsets.length - 1; i++) {
      int slot = set.freeSlot(i);
      if (slot < 0) {
        throw new IllegalArgumentException("value " + i + " '" + set.value(i) + "' is given twice");
      }
      set.slots[slot] = ++set.size;
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

  /** Number of a text, -1 when it is absent. Allocates nothing. */
  int find(CharSequence text) {
    return slots[slot(text)] - 1;
  }

  /** Number of a text, added when absent. IllegalStateException when the bytes would pass 2 GiB. */
  int add(CharSequence text) {
    int slot = slot(text);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    append(text.toString().getBytes(StandardCharsets.UTF_8));
    slots[slot] = size;
    if (size > slots.length / 2) {
      grow();
    }
    return size - 1;
  }

  private void append(byte[] bytes) {
    long end = offsets[size] + bytes.length;
    if (end > MAX_BYTES || size == MAX_SIZE) {
      throw new IllegalStateException("more than " + MAX_BYTES + " bytes or " + MAX_SIZE + " values");
    }
    if (end > utf8.length) {
      utf8 = Arrays.copyOf(utf8, (int) Math.min(MAX_BYTES, Math.max(end, utf8.length * 3L / 2)));
    }
    System.arraycopy(bytes, 0, utf8, start(size), bytes.length);
    if (size + 2 > offsets.length) {
      offsets = Arrays.copyOf(offsets, offsets.length + (offsets.length >> 1) + 1);
    }
    offsets[++size] = end;
  }

  private void grow() {
    slots = new int[slots.length << 1];
    for (int i = 0; i < size; i++) {
      slots[freeSlot(i)] = i + 1;
    }
  }

  private int slot(CharSequence text) {
    int mask = slots.length - 1;
    int slot = (int) FeatureHash.of(text) & mask;
    while (slots[slot] != 0 && !matches(slots[slot] - 1, text)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  // The slot for a stored text that has none yet; -1 when an equal text already has one.
  private int freeSlot(int number) {
    int mask = slots.length - 1;
    int slot = (int) FeatureHash.of(utf8, start(number), end(number)) & mask;
    while (slots[slot] != 0) {
      if (compare(slots[slot] - 1, number) == 0) {
        return -1;
      }
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private boolean matches(int number, CharSequence text) {
    int at = start(number);
    int end = end(number);
    for (int i = 0; i < text.length(); ) {
      int codePoint = Utf8.codePoint(text, i);
      i += Character.charCount(codePoint);
      int bytes = Utf8.bytes(codePoint);
      do {
        if (at == end || utf8[at++] != (byte) bytes) {
          return false;
        }
        bytes >>>= 8;
      } while (bytes != 0);
    }
    return at == end;
  }
}
