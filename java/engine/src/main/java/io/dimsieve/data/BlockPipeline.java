package io.dimsieve.data;

/**
 * Leads blocks of rows through three steps: each is filled, worked on field by field, and drained. While the fields of a block are
 * worked on, the block after it is filled and the one before it drained, by different {@link Workers}; every step sees the blocks
 * in their order, and a field one block at a time, so that nothing depends on the number of threads.
 */
final class BlockPipeline<B> {

  /** What is done with blocks. What {@code drain} throws is thrown of the first block that gives reason to. */
  interface Steps<B> {

    /** Puts rows into a block; false when there are none left. */
    boolean fill(B block);

    /** Works on one field of a block, besides other threads that work on other fields of it. */
    void field(B block, int field);

    /** Takes the rows of a block away. */
    void drain(B block);

    /** Called now and then by the thread that called {@link BlockPipeline#run}. */
    void report();
  }

  private static final int FILL = 0;
  private static final int DRAIN = 1;
  private static final int FIELDS = 2;

  private final Workers workers;
  private final int fields;
  private final Steps<B> steps;

  BlockPipeline(Workers workers, int fields, Steps<B> steps) {
    this.workers = workers;
    this.fields = fields;
    this.steps = steps;
  }

  /** Runs until no block can be filled any more and all are drained, using these three. */
  void run(B first, B second, B third) {
    B empty = first;
    B filled = second;
    B done = third;
    boolean more = true;
    boolean work = false; // whether there are rows in filled
    boolean rest = false; // whether there are rows in done
    do {
      Round<B> round = new Round<>(steps, more ? empty : null, work ? filled : null, rest ? done : null);
      workers.run(work ? FIELDS + fields : FIELDS, round::task);
      steps.report();
      B drained = done;
      done = filled;
      rest = work;
      filled = empty;
      work = round.more;
      empty = drained;
      more = more && round.more;
    } while (work || rest);
  }

  /** What is done at the same time; null: nothing of that kind. */
  private static final class Round<B> {

    private final Steps<B> steps;
    private final B empty;
    private final B filled;
    private final B done;
    private boolean more;

    Round(Steps<B> steps, B empty, B filled, B done) {
      this.steps = steps;
      this.empty = empty;
      this.filled = filled;
      this.done = done;
    }

    void task(int task) {
      if (task == FILL) {
        more = empty != null && steps.fill(empty);
      } else if (task == DRAIN) {
        if (done != null) {
          steps.drain(done);
        }
      } else {
        steps.field(filled, task - FIELDS);
      }
    }
  }
}
