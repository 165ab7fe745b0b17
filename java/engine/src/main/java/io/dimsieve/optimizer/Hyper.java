package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Upload;
import io.dimsieve.memory.Allocator;
import io.dimsieve.tensor.Tensor;
import org.agrona.concurrent.UnsafeBuffer;

/** The numbers of one step as the kernels read them: F32 [1, 8], laid out as {@code native/cpu/update.h} says. Rewritten before every step. */
final class Hyper implements AutoCloseable {

  static final int FLOATS = 8;

  private final OptimizerSpec spec;
  private final Tensor tensor;
  private final Upload upload;

  Hyper(Backend backend, Allocator owner, OptimizerSpec spec) {
    this.spec = spec;
    this.tensor = Tensor.floats(backend, owner, 1, FLOATS);
    this.upload = new Upload(backend, 4 * FLOATS);
  }

  /** Sets the numbers of step {@code step}, the first being 1, with the learning rate times {@code scale}. */
  void set(long step, double scale) {
    double rate = spec.learningRate() * scale;
    boolean adam = spec.rule() == OptimizerSpec.Rule.ADAM;
    int at = upload.next();
    UnsafeBuffer view = upload.view();
    view.putFloat(at, (float) (adam ? rate / (1 - Math.pow(spec.beta1(), step)) : rate));
    view.putFloat(at + 4, (float) spec.beta1());
    view.putFloat(at + 8, (float) spec.beta2());
    view.putFloat(at + 12, (float) spec.epsilon());
    view.putFloat(at + 16, (float) spec.l2());
    view.putFloat(at + 20, (float) (adam ? 1 / Math.sqrt(1 - Math.pow(spec.beta2(), step)) : 1));
    upload.to(tensor.address());
  }

  @Override
  public void close() {
    upload.close();
  }

  long address() {
    return tensor.address();
  }
}
