package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Updates dense weights from their gradients. */
public final class DenseOptimizer implements AutoCloseable {

  private record Slot(Weights weights, Tensor state1, Tensor state2) {}

  private final Backend backend;
  private final OptimizerSpec spec;
  private final Hyper hyper;
  private final List<Slot> slots = new ArrayList<>();

  public DenseOptimizer(Backend backend, Allocator owner, OptimizerSpec spec, List<Weights> weights) {
    this.backend = backend;
    this.spec = spec;
    this.hyper = new Hyper(backend, owner, spec);
    for (Weights w : weights) {
      slots.add(new Slot(w, like(owner, w), like(owner, w)));
    }
  }

  private Tensor like(Allocator owner, Weights w) {
    return Tensor.floats(backend, owner, w.value().rows(), w.value().columns());
  }

  /**
   * Brings the numbers of a step to the device.
   *
   * @param step number of the step, the first being 1
   * @param scale factor on the learning rate
   */
  public void prepare(long step, double scale) {
    hyper.set(step, scale);
  }

  /** One step: {@link #prepare} and {@link #update}. */
  public void step(long step, double scale) {
    prepare(step, scale);
    update();
  }

  /** The update of the step that was prepared; the same calls of kernels in every step. */
  public void update() {
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      Status.check(
          "update_dense",
          Native.ds_update_dense(
              backend.handle(), backend.stream(), slot.weights.value().address(), slot.weights.gradient().address(), slot.state1.address(),
              slot.state2.address(), spec.rule().ordinal(), hyper.address(), slot.weights.value().size()));
    }
  }

  @Override
  public void close() {
    hyper.close();
  }

  /** Names and tensors of the optimizer's state, for checkpoints. */
  public void state(BiConsumer<String, Tensor> visitor) {
    for (Slot slot : slots) {
      visitor.accept("optimizer." + slot.weights.name() + ".1", slot.state1);
      visitor.accept("optimizer." + slot.weights.name() + ".2", slot.state2);
    }
  }
}
