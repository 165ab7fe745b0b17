package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The adaptively-masked twins-based layer behind an embedding table whose fields all have D columns (Yan et al., CIKM 2021; formulas in
 * {@code native/cpu/twin_mask.cpp}): two small networks that learn, from the frequency of a value, how many of its leading columns stay.
 *
 * <p>A step calls {@link #choose}, {@link #writeBatch} before the forward pass, {@link #measure} after the backward pass while the table is still as it
 * was read, and {@link #learn}.
 */
public final class TwinMask implements AutoCloseable {

  private static final double CURVE = 2;

  /**
   * Sizes of a twin.
   *
   * @param dimension D, 1 to 64
   * @param zero whether a value may lose all columns
   */
  public record Shape(int inputs, int hidden1, int hidden2, int dimension, boolean zero) {

    /** Columns the first output stands for. */
    public int fewest() {
      return zero ? 0 : 1;
    }

    public int outputs() {
      return dimension + 1 - fewest();
    }

    /** Floats of one twin. */
    int weights() {
      return lastBias() + outputs();
    }

    private int lastWeights() {
      return (inputs + 1) * hidden1 + (hidden1 + 1) * hidden2;
    }

    private int lastBias() {
      return lastWeights() + hidden2 * outputs();
    }
  }

  /**
   * Values of a field whose attributes are equal share a class.
   *
   * @param ofRow class of every row of every field, fields end to end
   * @param base [fields + 1] first class of each field
   * @param attributes [classes · inputs]
   * @param alpha [classes] weight of the first twin
   * @param share [classes] weight in the size penalty
   */
  public record Classes(int[] ofRow, int[] base, float[] attributes, float[] alpha, float[] share) {

    public int count() {
      return alpha.length;
    }
  }

  private final Backend backend;
  private final EmbeddingTable table;
  private final BatchGroups groups;
  private final Tensor gradient;
  private final Shape shape;
  private final int classes;
  private final Tensor ofRow;
  private final Tensor classBase;
  private final Tensor attributes;
  private final Tensor alpha;
  private final Tensor share;
  private final Tensor hidden;
  private final Tensor logits;
  private final Tensor k;
  private final Tensor maskGradient;
  private final Tensor workspace;
  private final Tensor rowMask;
  private final Weights twins;
  private final DenseOptimizer optimizer;
  private long steps;

  /**
   * Twins that choose all columns for every value.
   *
   * @param gradient of the batch matrix [capacity, columns]
   * @param seed of the hidden layers
   */
  public TwinMask(
      Backend backend, Allocator owner, EmbeddingTable table, BatchGroups groups, Tensor gradient, Classes of, Shape shape, OptimizerSpec spec,
      long seed) {
    this.backend = backend;
    this.table = table;
    this.groups = groups;
    this.gradient = gradient;
    this.shape = shape;
    this.classes = of.count();
    ofRow = Tensor.of(backend, owner, of.ofRow());
    classBase = Tensor.of(backend, owner, of.base());
    attributes = floats(owner, of.attributes());
    alpha = floats(owner, of.alpha());
    share = floats(owner, of.share());
    hidden = Tensor.floats(backend, owner, classes, 2L * (shape.hidden1() + shape.hidden2()));
    logits = Tensor.floats(backend, owner, classes, shape.outputs());
    k = Tensor.allocate(backend, owner, Tensor.Type.I32, 1, classes);
    maskGradient = Tensor.floats(backend, owner, classes, shape.dimension());
    int size = 2 * shape.weights();
    workspace = Tensor.floats(backend, owner, Workspace.chunks(classes, Workspace.CLASS_CHUNK), size);
    rowMask = Tensor.allocate(backend, owner, Tensor.Type.I64, 1, of.ofRow().length);
    twins = new Weights("twins", Tensor.floats(backend, owner, 1, size), Tensor.floats(backend, owner, 1, size));
    twins.value().set(0, initial(shape, seed));
    optimizer = new DenseOptimizer(backend, owner, spec, List.of(twins));
    choose();
    writeAll();
  }

  private Tensor floats(Allocator owner, float[] values) {
    Tensor tensor = Tensor.floats(backend, owner, 1, values.length);
    tensor.set(0, values);
    return tensor;
  }

  /**
   * Hidden layers Glorot uniform, last matrices 0, last biases −2 ((D − k) / D)²: the largest belongs to k = D, and a price on k moves the choice
   * gradually, which it would not were they linear or convex in k.
   */
  private static float[] initial(Shape shape, long seed) {
    float[] values = new float[2 * shape.weights()];
    SplittableRandom random = new SplittableRandom(seed);
    for (int twin = 0; twin < 2; twin++) {
      int first = twin * shape.weights();
      glorot(random, values, first, shape.inputs(), shape.hidden1());
      glorot(random, values, first + (shape.inputs() + 1) * shape.hidden1(), shape.hidden1(), shape.hidden2());
      for (int i = 0; i < shape.outputs(); i++) {
        double missing = (double) (shape.dimension() - shape.fewest() - i) / shape.dimension();
        values[first + shape.lastBias() + i] = (float) (-CURVE * missing * missing);
      }
    }
    return values;
  }

  private static void glorot(SplittableRandom random, float[] values, int at, int in, int out) {
    double bound = Math.sqrt(6.0 / (in + out));
    for (int i = 0; i < in * out; i++) {
      values[at + i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
  }

  /** I64 [1, Σ rows]: what stands behind the table. */
  public Tensor rowMask() {
    return rowMask;
  }

  /** F32 [classes, outputs]: the twins' mixed outputs o of the last {@link #choose}; output i stands for fewest + i columns. */
  public Tensor logits() {
    return logits;
  }

  /** F32 [classes, D]: Σ e δê of each class's values in the last measured batch. */
  public Tensor maskGradient() {
    return maskGradient;
  }

  /** Runs the twins on all classes. */
  public void choose() {
    Status.check(
        "twin_mask_forward",
        Native.ds_twin_mask_forward(
            backend.handle(), backend.stream(), attributes.address(), alpha.address(), twins.value().address(), hidden.address(),
            logits.address(), k.address(), shape.fewest(), shape.inputs(), shape.hidden1(), shape.hidden2(), shape.outputs(), classes));
  }

  /** Writes the chosen masks of the rows of the batch in work. */
  public void writeBatch() {
    write(groups.unique(), groups.counts(), groups.size());
  }

  /** Writes the chosen masks of all rows. */
  public void writeAll() {
    write(0, 0, 0);
  }

  private void write(long unique, long counts, int batch) {
    Status.check(
        "twin_mask_rows",
        Native.ds_twin_mask_rows(
            backend.handle(), backend.stream(), k.address(), ofRow.address(), table.rowBase().address(), unique, counts, rowMask.address(),
            batch, table.layout().fields()));
  }

  /** Computes the mask gradient of each class from the gradient of the batch in work. */
  public void measure() {
    Status.check(
        "twin_mask_gradient",
        Native.ds_twin_mask_gradient(
            backend.handle(), backend.stream(), gradient.address(), gradient.columns(), groups.order(), groups.starts(), groups.unique(),
            groups.counts(), table.base().address(), table.column().address(), table.values().address(), ofRow.address(),
            table.rowBase().address(), classBase.address(), maskGradient.address(), shape.dimension(), groups.size(),
            table.layout().fields()));
  }

  /**
   * One step of the twins' weights from the measured gradient.
   *
   * @param scale factor on the learning rate
   * @param temperature of the softmax that stands for the choice, positive
   * @param rho weight of the expected share of entries in the loss
   */
  public void learn(double scale, double temperature, double rho) {
    Status.check(
        "twin_mask_backward",
        Native.ds_twin_mask_backward(
            backend.handle(), backend.stream(), attributes.address(), alpha.address(), share.address(), twins.value().address(),
            hidden.address(), logits.address(), maskGradient.address(), (float) temperature, (float) rho, twins.gradient().address(),
            workspace.address(), shape.fewest(), shape.inputs(), shape.hidden1(), shape.hidden2(), shape.outputs(), classes));
    optimizer.step(++steps, scale);
  }

  /** Puts a price on columns: o_k ← o_k − price · k for every value, by the last biases of both twins. */
  public void press(double price) {
    for (int twin = 0; twin < 2; twin++) {
      long at = (long) twin * shape.weights() + shape.lastBias();
      float[] bias = twins.value().get(at, shape.outputs());
      for (int i = 0; i < bias.length; i++) {
        bias[i] -= (float) (price * (shape.fewest() + i));
      }
      twins.value().set(at, bias);
    }
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
