package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.tensor.Tensor;
import org.agrona.concurrent.UnsafeBuffer;

/** The numbers of one step as the kernels read them: F32 [1, 8], laid out as {@code native/cpu/update.h} says. Rewritten before every step. */
final class Hyper implements AutoCloseable {

  static final int FLOATS = 8;

  private final Backend backend;
  private final OptimizerSpec spec;
  private final Tensor tensor;
  private final Block staging = HostAllocator.INSTANCE.allocate(4L * FLOATS);
  private final UnsafeBuffer view = staging.view();

  Hyper(Backend backend, Allocator owner, OptimizerSpec spec) {
    this.backend = backend;
    this.spec = spec;
    this.tensor = Tensor.floats(backend, owner, 1, FLOATS);
  }

  /** Sets the numbers of step {@code step}, the first being 1, with the learning rate times {@code scale}. */
  void set(long step, double scale) {
    double rate = spec.learningRate() * scale;
    boolean adam = spec.rule() == OptimizerSpec.Rule.ADAM;
    view.putFloat(0, (float) (adam ? rate / (1 - Math.pow(spec.beta1(), step)) : rate));
    view.putFloat(4, (float) spec.beta1());
    view.putFloat(8, (float) spec.beta2());
    view.putFloat(12, (float) spec.epsilon());
    view.putFloat(16, (float) spec.l2());
    view.putFloat(20, (float) (adam ? 1 / Math.sqrt(1 - Math.pow(spec.beta2(), step)) : 1));
    backend.copyIn(tensor.address(), staging.address(), staging.bytes());
  }

  @Override
  public void close() {
    staging.close();
  }

  long address() {
    return tensor.address();
  }
}
