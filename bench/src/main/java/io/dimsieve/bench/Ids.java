package io.dimsieve.bench;

import java.util.SplittableRandom;

/** How the ids of a batch are drawn from a table of n rows. */
public enum Ids {
  /** Every row alike. */
  UNIFORM {
    @Override
    int draw(SplittableRandom random, int n) {
      return random.nextInt(n);
    }
  },
  /** Zipf's law: P(r) = ln(1 + 1/(r + 1)) / ln(n + 1), so that the first rows are the frequent ones. */
  ZIPF {
    @Override
    int draw(SplittableRandom random, int n) {
      return Math.min(n, (int) Math.exp(random.nextDouble() * Math.log(n + 1.0))) - 1;
    }
  };

  abstract int draw(SplittableRandom random, int n);

  /** Ids [batch, fields], row-major; equal seeds give equal ids. */
  public int[] batch(long seed, int batch, int fields, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] ids = new int[batch * fields];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = draw(random, rows);
    }
    return ids;
  }
}
