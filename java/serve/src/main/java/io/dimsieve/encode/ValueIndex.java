package io.dimsieve.encode;

/** What gives a value its number: a vocabulary, a hash, or a set that takes in new values. */
@FunctionalInterface
interface ValueIndex {

  /** Number of the value whose UTF-8 is {@code utf8[from .. to)}; the bytes are not kept. */
  int number(byte[] utf8, int from, int to);

  /** Numbers of many values, see {@link EncoderBuilder#numbers}. */
  default void numbers(byte[] utf8, long[] stretches, int first, int count, int[] numbers) {
    for (int i = 0; i < count; i++) {
      long stretch = stretches[first + i];
      numbers[i] = number(utf8, (int) (stretch >>> Integer.SIZE), (int) stretch);
    }
  }
}
