package io.dimsieve.bench.peer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The part of DJL on its build of libtorch; arguments as {@link Library#run} says. */
public final class DjlWork implements Torch<NDArray> {

  private final NDManager manager = NDManager.newBaseManager();

  private DjlWork() {}

  public static void main(String[] arguments) {
    Library.run(threads -> {
      DjlWork djl = new DjlWork();
      JniUtils.setNumThreads(threads);
      JniUtils.setGradMode(true);
      String version = "DJL " + Engine.getDjlVersion() + ", libtorch " + Engine.getEngine("PyTorch").getVersion();
      return new TorchLibrary<>("djl", version, djl, djl.manager::close);
    }, arguments);
  }

  @Override
  @SuppressWarnings("try")
  public <R> R scoped(Supplier<R> body) {
    try (NDScope scope = new NDScope()) {
      return body.get();
    }
  }

  @Override
  public NDArray floats(float[] values, long... shape) {
    return manager.create(values, new Shape(shape));
  }

  @Override
  public NDArray longs(long... values) {
    return manager.create(values);
  }

  @Override
  public float[] values(NDArray tensor) {
    return tensor.toFloatArray();
  }

  @Override
  public NDArray leaf(NDArray tensor) {
    PtNDArray leaf = JniUtils.detachGradient((PtNDArray) tensor);
    JniUtils.attachGradient(leaf, true);
    return leaf;
  }

  // Not through a GradientCollector, which begins by setting every gradient in memory to zero.
  @Override
  public void backward(NDArray output, NDArray gradient) {
    JniUtils.backward((PtNDArray) output, (PtNDArray) (gradient == null ? output.onesLike() : gradient), false, false);
  }

  @Override
  public NDArray gradient(NDArray leaf) {
    return leaf.getGradient();
  }

  @Override
  public NDArray embedding(NDArray table, NDArray ids) {
    return ids.getNDArrayInternal().embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
  }

  @Override
  public NDArray select(NDArray table, NDArray ids) {
    return table.get(ids);
  }

  @Override
  public void put(NDArray table, NDArray ids, NDArray rows) {
    table.set(new NDIndex("{}", ids), rows);
  }

  @Override
  public Unique<NDArray> unique(NDArray ids) {
    NDList unique = ids.unique(null, true, true, false);
    return new Unique<>(unique.get(0), unique.get(1));
  }

  @Override
  public NDArray reshape(NDArray tensor, long... shape) {
    return tensor.reshape(shape);
  }

  @Override
  public NDArray transposed(NDArray tensor) {
    return tensor.swapAxes(1, 2);
  }

  @Override
  public NDArray add(NDArray a, NDArray b) {
    return a.add(b);
  }

  @Override
  public NDArray add(NDArray a, double b) {
    return a.add(b);
  }

  @Override
  public NDArray subtract(NDArray a, NDArray b) {
    return a.sub(b);
  }

  @Override
  public NDArray multiply(NDArray a, NDArray b) {
    return a.mul(b);
  }

  @Override
  public NDArray multiply(NDArray a, double b) {
    return a.mul(b);
  }

  @Override
  public NDArray divide(NDArray a, NDArray b) {
    return a.div(b);
  }

  @Override
  public NDArray squareRoot(NDArray a) {
    return a.sqrt();
  }

  @Override
  public NDArray sum(NDArray a) {
    return a.sum();
  }

  @Override
  public NDArray sum(NDArray a, int axis) {
    return a.sum(new int[] {axis});
  }

  @Override
  public NDArray batchProduct(NDArray a, NDArray b) {
    return a.batchMatMul(b);
  }

  @Override
  public NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return x.matMul(weight).add(bias);
  }

  @Override
  public NDArray relu(NDArray a) {
    return a.getNDArrayInternal().relu();
  }

  @Override
  public NDArray dropout(NDArray a, double probability) {
    return a.getNDArrayInternal().dropout(a, (float) probability, true).singletonOrThrow();
  }

  // DJL has no such operation: softplus(x) - x y, with softplus(x) = max(x, 0) + ln(1 + exp(-|x|)).
  @Override
  public NDArray bce(NDArray logits, NDArray labels) {
    return relu(logits).sub(logits.mul(labels)).add(logits.abs().neg().exp().add(1).log()).mean();
  }

  // What ai.djl.training.optimizer.Adam does; its state, made here, is the caller's scope's and not that of the first step.
  @Override
  public Consumer<List<NDArray>> adam(List<NDArray> parameters, double rate) {
    List<NDArray> means = parameters.stream().map(NDArray::zerosLike).toList();
    List<NDArray> squares = parameters.stream().map(NDArray::zerosLike).toList();
    int[] steps = {0};
    return gradients -> {
      steps[0]++;
      double corrected = rate * Math.sqrt(1 - Math.pow(0.999, steps[0])) / (1 - Math.pow(0.9, steps[0]));
      for (int i = 0; i < parameters.size(); i++) {
        NDArray parameter = parameters.get(i);
        NDList inputs = new NDList(parameter, gradients.get(i), means.get(i), squares.get(i));
        parameter.getNDArrayInternal().adamUpdate(
            inputs, new NDList(parameter), (float) rate, (float) corrected, 0, 1, -1, 0.9f, 0.999f, 1e-8f, true, false);
      }
    };
  }
}
