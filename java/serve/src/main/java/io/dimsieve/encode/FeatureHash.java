package io.dimsieve.encode;

/**
 * The 64-bit hash of a feature value, part of the model format and therefore fixed for ever. Over the UTF-8 bytes b of the value:
 *
 * <pre>
 * h = 0xcbf29ce484222325;  for each b: h = (h ^ b) * 0x100000001b3          FNV-1a (Fowler, Noll, Vo)
 * h ^= h >>> 33;  h *= 0xff51afd7ed558ccd;                                 MurmurHash3 fmix64 (Appleby)
 * h ^= h >>> 33;  h *= 0xc4ceb9fe1a85ec53;  h ^= h >>> 33
 * </pre>
 *
 * all modulo 2^64.
 */
public final class FeatureHash {

  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private FeatureHash() {}

  /** Hash of the bytes {@code [from, to)}. */
  public static long of(byte[] utf8, int from, int to) {
    long h = OFFSET;
    for (int i = from; i < to; i++) {
      h = (h ^ utf8[i] & 0xff) * PRIME;
    }
    return mix(h);
  }

  /**
   * Table row of a value: 0 for the empty (missing) one, else 1 + hash mod (rows − 1), the hash taken as unsigned.
   *
   * @param rows table rows, row 0 included; at least 2
   */
  public static int row(byte[] utf8, int from, int to, int rows) {
    return from == to ? 0 : 1 + (int) Long.remainderUnsigned(of(utf8, from, to), rows - 1);
  }

  private static long mix(long h) {
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }
}
