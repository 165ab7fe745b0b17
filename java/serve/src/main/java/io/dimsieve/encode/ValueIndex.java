package io.dimsieve.encode;

/** What gives a value its number: a vocabulary, a hash, or a set that takes in new values. */
@FunctionalInterface
interface ValueIndex {

  /** Number of the value whose UTF-8 is {@code utf8[from .. to)}; the bytes are not kept. */
  int number(byte[] utf8, int from, int to);
}
