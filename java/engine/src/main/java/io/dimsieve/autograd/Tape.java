package io.dimsieve.autograd;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.EmbeddingAxes;
import io.dimsieve.op.Op;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A static graph: operations in order of recording, the memory they pass values through, and the dense weights they learn. Replaying it allocates
 * nothing. It owns all its memory.
 *
 * <p>Everything that ends in the logit is a sum of terms [batch, 1], whose gradients are all the logit's: {@link #term} gives them one shared gradient.
 */
public final class Tape implements AutoCloseable {

  private final Backend backend;
  private final Arena arena;
  private final int capacity;
  private final List<Op> ops = new ArrayList<>();
  private final List<Weights> weights = new ArrayList<>();
  private final List<Weights> buffers = new ArrayList<>();
  private final Tensor ids;
  private final Tensor labels;
  private final Tensor seed;
  private final Tensor logitGradient;
  private final Tensor loss;
  private Tensor workspace;
  private int layers;

  /**
   * An empty tape.
   *
   * @param capacity rows of the largest batch
   * @param fields ids per row
   */
  public Tape(Backend backend, int capacity, int fields) {
    this.backend = backend;
    this.capacity = capacity;
    this.arena = new Arena(backend);
    this.ids = Tensor.allocate(backend, arena, Tensor.Type.I32, capacity, fields);
    this.labels = Tensor.floats(backend, arena, capacity, 1);
    this.seed = Tensor.allocate(backend, arena, Tensor.Type.I64, 1, 2);
    this.logitGradient = Tensor.floats(backend, arena, capacity, 1);
    this.loss = Tensor.allocate(backend, arena, Tensor.Type.F64, 1, 1);
  }

  public Backend backend() {
    return backend;
  }

  /** Owner of whatever must live as long as the tape. */
  public Arena arena() {
    return arena;
  }

  public int capacity() {
    return capacity;
  }

  /** I32 [capacity, fields]. */
  public Tensor ids() {
    return ids;
  }

  /** F32 [capacity, 1]. */
  public Tensor labels() {
    return labels;
  }

  /** I64 [1, 2]: seed of the run and step, read by dropout. */
  public Tensor seed() {
    return seed;
  }

  /** F64 [1, 1]: mean loss of the last batch. */
  public Tensor loss() {
    return loss;
  }

  /** F32 [capacity, 1]: ∂loss/∂logit of the last batch. */
  public Tensor logitGradient() {
    return logitGradient;
  }

  /** A variable [capacity, columns] with a gradient of its own. */
  public Variable variable(int columns) {
    return new Variable(Tensor.floats(backend, arena, capacity, columns), Tensor.floats(backend, arena, capacity, columns));
  }

  /** A term of the logit. */
  public Variable term() {
    return new Variable(Tensor.floats(backend, arena, capacity, 1), logitGradient);
  }

  /** A dense parameter that learns and has no axis of embedding columns. */
  public Weights weights(String name, long rows, long columns) {
    return weights(name, rows, columns, EmbeddingAxes.NONE);
  }

  /** A dense parameter that learns. */
  public Weights weights(String name, long rows, long columns, EmbeddingAxes axes) {
    Weights made = allocate(name, rows, columns, axes);
    weights.add(made);
    return made;
  }

  /** A dense array that does not learn by gradient but belongs to the model, such as a running mean. Its gradient is scratch. */
  public Weights buffer(String name, long rows, long columns) {
    Weights made = allocate(name, rows, columns, EmbeddingAxes.NONE);
    buffers.add(made);
    return made;
  }

  private Weights allocate(String name, long rows, long columns, EmbeddingAxes axes) {
    return new Weights(name, Tensor.floats(backend, arena, rows, columns), Tensor.floats(backend, arena, rows, columns), axes);
  }

  /** Scratch memory for reductions over a batch of rows of up to {@code columns} floats, shared by all operations. */
  public Tensor workspace(int columns) {
    long needed = 2 * Workspace.chunks(capacity, Workspace.ROW_CHUNK) * Math.max(columns, 2);
    if (workspace == null || workspace.size() < needed) {
      workspace = Tensor.floats(backend, arena, 1, needed);
    }
    return workspace;
  }

  /** A number that differs for every layer that draws random numbers. */
  public int nextLayer() {
    return layers++;
  }

  public void record(Op op) {
    ops.add(op);
  }

  /** Weights that learn, in order of recording. */
  public List<Weights> weights() {
    return Collections.unmodifiableList(weights);
  }

  /** Arrays that belong to the model but do not learn by gradient. */
  public List<Weights> buffers() {
    return Collections.unmodifiableList(buffers);
  }

  /** Runs all operations on the first {@code batch} rows. */
  public void forward(int batch, boolean training) {
    for (int i = 0; i < ops.size(); i++) {
      ops.get(i).forward(batch, training);
    }
  }

  /** Runs all operations backward. */
  public void backward(int batch) {
    for (int i = ops.size() - 1; i >= 0; i--) {
      ops.get(i).backward(batch);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
