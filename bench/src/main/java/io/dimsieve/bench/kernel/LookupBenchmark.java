package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/** A lookup of a batch's rows. Batches take turns, so that a table larger than the caches is not found in them. */
public abstract class LookupBenchmark extends BatchBenchmark {

  private static final int BATCHES = 8;

  private final Op[] lookups = new Op[BATCHES];
  private Variable out;
  private int turn;

  /** The operation on one batch's ids. */
  abstract Op lookup(Tensor ids, Variable out);

  /** Columns of the result. */
  abstract int results();

  /** An element of the first result. */
  abstract IntToDoubleFunction expected(int[] firstIds);

  @Override
  final void prepare() {
    makeTable();
    out = new Variable(random(batch, results()), null);
    for (int i = 0; i < BATCHES; i++) {
      lookups[i] = lookup(ids(i), out);
    }
  }

  /** Makes the tables; float tables of the dimension unless told otherwise. */
  void makeTable() {
    super.prepare();
  }

  @Override
  final void call() {
    lookups[turn++ % BATCHES].forward(batch, true);
  }

  @Override
  final void check() {
    FirstAnswer.expect("result", out.value().toArray(), expected(ids()));
  }
}
