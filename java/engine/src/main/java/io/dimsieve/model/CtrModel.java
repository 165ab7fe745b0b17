package io.dimsieve.model;

import io.dimsieve.autograd.Initializer;
import io.dimsieve.autograd.Tape;
import io.dimsieve.kernel.Backend;
import io.dimsieve.op.BceWithLogits;
import io.dimsieve.op.EmbeddingLookup;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Quantizer;
import io.dimsieve.tensor.StoredBytes;
import io.dimsieve.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model with memory: embedding tables, dense weights and the tape that computes logits and loss of a batch. It owns all of it.
 *
 * <p>Arrays by name: {@code linear.weight} (first-order, one float per row of every field), {@code embedding} (tables of all fields), and the dense
 * ones such as {@code linear.bias} or {@code mlp.0.weight} [in, out].
 */
public final class CtrModel implements AutoCloseable {

  private final ModelSpec spec;
  private final EmbeddingLayout layout;
  private final Tape tape;
  private final EmbeddingTable firstOrder;
  private final EmbeddingTable embeddings;
  private final EmbeddingLookup lookup;
  private final Variable logits;

  /**
   * A model with zero weights.
   *
   * @param layout sizes of the embedding tables
   * @param capacity rows of the largest batch
   */
  public CtrModel(Backend backend, ModelSpec spec, EmbeddingLayout layout, int capacity) {
    this.spec = spec;
    this.layout = layout;
    this.tape = new Tape(backend, capacity, layout.fields());
    TapeGraph graph = new TapeGraph(tape, spec, layout);
    this.logits = Architectures.of(spec.architecture()).logit(graph);
    this.firstOrder = graph.firstOrder();
    this.embeddings = graph.embeddings();
    this.lookup = graph.lookup();
    Tensor workspace =
        Tensor.allocate(backend, tape.arena(), Tensor.Type.F64, 1, Math.max(1, Workspace.chunks(capacity, Workspace.ROW_CHUNK)));
    tape.record(new BceWithLogits(backend, logits, tape.labels(), tape.loss(), workspace));
  }

  /**
   * Gives every weight its initial value: embeddings normal, first-order weights and biases 0, matrices Glorot uniform, normalisation scales 1.
   */
  public void initialize(long seed) {
    Initializer initializer = new Initializer(seed);
    if (embeddings != null) {
      initializer.normal("embedding", embeddings, spec.deviation());
      embeddings.clearMasked();
    }
    for (Weights w : tape.weights()) {
      if (w.name().endsWith(".norm.scale")) {
        Initializer.constant(w.value(), 1);
      } else if (!w.name().endsWith(".bias")) {
        initializer.glorotUniform(w);
      }
    }
    for (Weights w : tape.buffers()) {
      if (w.name().endsWith(".variance")) {
        Initializer.constant(w.value(), 1);
      }
    }
  }

  public ModelSpec spec() {
    return spec;
  }

  public EmbeddingLayout layout() {
    return layout;
  }

  public Tape tape() {
    return tape;
  }

  /** First-order weights: tables of width 1; null when the model has no first-order term. */
  public EmbeddingTable firstOrder() {
    return firstOrder;
  }

  /** Embedding tables, or null when the model has none. */
  public EmbeddingTable embeddings() {
    return embeddings;
  }

  /** What looks the embeddings of a batch up and leaves their gradient; null without embeddings. */
  public EmbeddingLookup lookup() {
    return lookup;
  }

  /** Logits [capacity, 1]. */
  public Variable logits() {
    return logits;
  }

  /** Every array that makes the model what it is, by name, in a fixed order. */
  public Map<String, Tensor> arrays() {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    if (firstOrder != null) {
      arrays.put("linear.weight", firstOrder.values());
    }
    if (embeddings != null) {
      arrays.put("embedding", embeddings.values());
    }
    tape.weights().forEach(w -> arrays.put(w.name(), w.value()));
    tape.buffers().forEach(w -> arrays.put(w.name(), w.value()));
    return arrays;
  }

  /** Replaces the embeddings by what will be served of them, in the precision of their layout. */
  public void roundToStored() {
    if (embeddings != null) {
      Quantizer.round(embeddings);
    }
  }

  /** Bytes of all embedding tables as stored, indices included. */
  public long embeddingBytes() {
    return embeddings == null ? 0 : StoredBytes.of(layout);
  }

  /** Parameters of everything. */
  public long parameters() {
    return arrays().values().stream().mapToLong(Tensor::size).sum();
  }

  @Override
  public void close() {
    tape.close();
  }
}
