package io.dimsieve.data;

import io.dimsieve.ConfigurationException;
import java.util.SplittableRandom;

/** How the rows of one source are divided among the {@link Part parts}. Rows that the label rule drops are not counted. */
public final class Split {

  private static final int MAX_SHARES = 1_000_000;

  /** Decides row by row, in the order of the source. */
  @FunctionalInterface
  interface Partition {
    Part next(long time);
  }

  private final int train;
  private final int validation;
  private final int total;
  private final boolean byOrder;
  private final long seed;
  private final String note;

  private Split(int train, int validation, int test, boolean byOrder, long seed) {
    String shares = train + ":" + validation + ":" + test;
    long sum = (long) train + validation + test;
    if (train < 1 || validation < 0 || test < 0 || sum > MAX_SHARES) {
      throw new ConfigurationException("split " + shares + ": shares are at least 0, that of training at least 1, "
          + "their sum at most " + MAX_SHARES);
    }
    this.train = train;
    this.validation = validation;
    this.total = (int) sum;
    this.byOrder = byOrder;
    this.seed = seed;
    this.note = byOrder ? "by order " + shares : "random " + shares + " seed " + seed;
  }

  /**
   * Each row goes to a part with a probability in proportion to the shares. Row r takes the r-th bounded draw of a SplitMix64
   * generator, so the same seed and rows give the same parts.
   */
  public static Split random(long seed, int train, int validation, int test) {
    return new Split(train, validation, test, false, seed);
  }

  /**
   * The earliest rows train, the latest test: of n rows ranked by their {@link RowBlock#endRow(long) times}, then by place in the source, rank r
   * trains when r &lt; ⌊n·train/total⌋, else validates when r &lt; ⌊n·(train + validation)/total⌋.
   */
  public static Split byOrder(int train, int validation, int test) {
    return new Split(train, validation, test, true, 0);
  }

  /** What the dataset's metadata say about the split. */
  public String note() {
    return note;
  }

  /** Whether the times of all rows must be known before the first is put anywhere. */
  boolean needsTimes() {
    return byOrder;
  }

  /** Starts at the first row of those whose times these are. */
  Partition partition(RowTimes times) {
    if (byOrder) {
      RowTimes.Cut trained = times.cut(share(times.rows(), train));
      RowTimes.Cut seen = times.cut(share(times.rows(), train + validation));
      return time -> part(trained.isAmongFirst(time), seen.isAmongFirst(time));
    }
    SplittableRandom random = new SplittableRandom(seed);
    return time -> {
      int draw = random.nextInt(total);
      return part(draw < train, draw < train + validation);
    };
  }

  private long share(long rows, int shares) {
    return Math.multiplyExact(rows, (long) shares) / total;
  }

  private static Part part(boolean trains, boolean seen) {
    return trains ? Part.TRAIN : seen ? Part.VALIDATION : Part.TEST;
  }
}
