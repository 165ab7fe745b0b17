package io.dimsieve.bench.peer;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The part of JavaCPP's PyTorch presets; arguments as {@link Library#run} says. */
public final class JavacppTorchWork implements Torch<Tensor> {

  private final int threads;

  private JavacppTorchWork(int threads) {
    this.threads = threads;
  }

  public static void main(String[] arguments) throws IOException {
    // libtorch.so, which is loaded first, finds libtorch_cpu.so beside itself, or else the system's, which crashes it.
    Loader.cacheResource(torch.class, "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/libtorch_cpu.so");
    String version = Loader.getVersion("org.bytedeco", "pytorch");
    Library.run(threads -> {
      torch.set_num_threads(threads);
      return new TorchLibrary<>("javacpp-pytorch", version, new JavacppTorchWork(threads), () -> {});
    }, arguments);
  }

  // Its OpenBLAS has threads of its own beside those of OpenMP.
  @Override
  public Map<String, Runnable> productSettings() {
    Runnable all = () -> openblas.blas_set_num_threads(threads);
    Runnable one = () -> openblas.blas_set_num_threads(1);
    return threads == 1 ? Map.of("", all) : new TreeMap<>(Map.of("", all, ", BLAS on one thread", one));
  }

  @Override
  @SuppressWarnings("try")
  public <R> R scoped(Supplier<R> body) {
    try (PointerScope scope = new PointerScope()) {
      return body.get();
    }
  }

  @Override
  public Tensor floats(float[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  @Override
  public Tensor longs(long... values) {
    return Tensor.create(values);
  }

  @Override
  public float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }

  @Override
  public Tensor leaf(Tensor tensor) {
    return tensor.detach().set_requires_grad(true);
  }

  @Override
  public void backward(Tensor output, Tensor gradient) {
    if (gradient == null) {
      output.backward();
    } else {
      output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    }
  }

  @Override
  public Tensor gradient(Tensor leaf) {
    return leaf.grad();
  }

  @Override
  public Tensor embedding(Tensor table, Tensor ids) {
    return torch.embedding(table, ids);
  }

  @Override
  public Tensor select(Tensor table, Tensor ids) {
    return torch.index_select(table, 0, ids);
  }

  @Override
  public boolean hasEmbeddingGradient() {
    return true;
  }

  @Override
  public Tensor embeddingGradient(Tensor output, Tensor ids, long rows) {
    return torch.embedding_dense_backward(output, ids, rows, -1, false);
  }

  @Override
  public void put(Tensor table, Tensor ids, Tensor rows) {
    table.index_copy_(0, ids, rows);
  }

  // The presets leave torch.unique out.
  @Override
  public Unique<Tensor> unique(Tensor ids) {
    T_TensorTensor_T sorted = torch.sort(ids);
    T_TensorTensorTensor_T unique = torch.unique_consecutive(sorted.get0(), true, false, new LongOptional());
    return new Unique<>(unique.get0(), torch.empty_like(ids).scatter_(0, sorted.get1(), unique.get1()));
  }

  @Override
  public Tensor reshape(Tensor tensor, long... shape) {
    return tensor.reshape(shape);
  }

  @Override
  public Tensor transposed(Tensor tensor) {
    return tensor.transpose(1, 2);
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    return a.add(b);
  }

  @Override
  public Tensor add(Tensor a, double b) {
    return a.add(new Scalar(b));
  }

  @Override
  public Tensor subtract(Tensor a, Tensor b) {
    return a.sub(b);
  }

  @Override
  public Tensor multiply(Tensor a, Tensor b) {
    return a.mul(b);
  }

  @Override
  public Tensor multiply(Tensor a, double b) {
    return a.mul(new Scalar(b));
  }

  @Override
  public Tensor divide(Tensor a, Tensor b) {
    return a.div(b);
  }

  @Override
  public Tensor squareRoot(Tensor a) {
    return a.sqrt();
  }

  @Override
  public Tensor sum(Tensor a) {
    return a.sum();
  }

  @Override
  public Tensor sum(Tensor a, int axis) {
    return a.sum(axis);
  }

  @Override
  public Tensor batchProduct(Tensor a, Tensor b) {
    return a.bmm(b);
  }

  @Override
  public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return torch.addmm(bias, x, weight);
  }

  @Override
  public Tensor relu(Tensor a) {
    return torch.relu(a);
  }

  @Override
  public Tensor dropout(Tensor a, double probability) {
    return torch.dropout(a, probability, true);
  }

  @Override
  public Tensor bce(Tensor logits, Tensor labels) {
    return torch.binary_cross_entropy_with_logits(logits, labels);
  }

  @Override
  public Consumer<List<Tensor>> adam(List<Tensor> parameters, double rate) {
    Adam adam = new Adam(new TensorVector(parameters.toArray(new Tensor[0])), new AdamOptions(rate));
    return gradients -> {
      for (int i = 0; i < gradients.size(); i++) {
        parameters.get(i).mutable_grad().put(gradients.get(i));
      }
      adam.step();
      adam.zero_grad();
    };
  }
}
