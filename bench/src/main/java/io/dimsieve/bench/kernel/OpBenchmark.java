package io.dimsieve.bench.kernel;

import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import org.openjdk.jmh.annotations.Param;

/** An operation on the rows of a batch, forward as in training, or backward. */
public abstract class OpBenchmark extends KernelBenchmark {

  @Param("4096")
  public int batch;

  @Param
  public Pass pass;

  private Op op;

  /** The operation and what it reads. */
  abstract Op op();

  abstract void checkForward();

  abstract void checkBackward();

  @Override
  final void prepare() {
    op = op();
    if (pass == Pass.BACKWARD) {
      op.forward(batch, true);
    }
  }

  @Override
  final void call() {
    if (pass == Pass.FORWARD) {
      op.forward(batch, true);
    } else {
      op.backward(batch);
    }
  }

  @Override
  final void check() {
    if (pass == Pass.FORWARD) {
      checkForward();
    } else {
      checkBackward();
    }
  }

  /** A value [batch, columns] with its gradient, both random. */
  final Variable variable(int columns) {
    return new Variable(random(batch, columns), random(batch, columns));
  }
}
