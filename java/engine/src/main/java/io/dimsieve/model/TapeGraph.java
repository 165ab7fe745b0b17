package io.dimsieve.model;

import io.dimsieve.autograd.Tape;
import io.dimsieve.kernel.Backend;
import io.dimsieve.op.Add;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.op.BiasReluDropout;
import io.dimsieve.op.Concat;
import io.dimsieve.op.Cross;
import io.dimsieve.op.EmbeddingAxes;
import io.dimsieve.op.EmbeddingGather;
import io.dimsieve.op.EmbeddingLookup;
import io.dimsieve.op.FieldAttention;
import io.dimsieve.op.FieldProjection;
import io.dimsieve.op.FmGather;
import io.dimsieve.op.FmInteraction;
import io.dimsieve.op.InnerProduct;
import io.dimsieve.op.Linear;
import io.dimsieve.op.MatMul;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;

/**
 * Records a model on a tape. Tables are made when the model asks for what they hold, so that a model has no others.
 *
 * <p>It knows which values begin with the embedding columns; from that follows which axes of the weights compaction slices.
 */
final class TapeGraph implements Graph<Variable> {

  private final Tape tape;
  private final Backend backend;
  private final ModelSpec spec;
  private final EmbeddingLayout layout;
  private final Set<Variable> embedded = new HashSet<>();
  private EmbeddingTable first;
  private EmbeddingTable second;
  private EmbeddingLookup lookup;

  TapeGraph(Tape tape, ModelSpec spec, EmbeddingLayout layout) {
    this.tape = tape;
    this.backend = tape.backend();
    this.spec = spec;
    this.layout = layout;
  }

  /** Null when the model has no first-order term. */
  EmbeddingTable firstOrder() {
    return first;
  }

  /** Null when the model has no embeddings. */
  EmbeddingTable embeddings() {
    return second;
  }

  /** What looks the embeddings up, null when the model has none. */
  EmbeddingLookup lookup() {
    return lookup;
  }

  @Override
  public Variable linear() {
    first = new EmbeddingTable(backend, tape.arena(), EmbeddingLayout.uniform(1, layout.rows()));
    Variable out = tape.term();
    tape.record(new Linear(backend, first, tape.weights("linear.bias", 1, 1), tape.ids(), out, tape.workspace(1)));
    return out;
  }

  @Override
  public Variable embedding() {
    second = new EmbeddingTable(backend, tape.arena(), layout);
    Variable out = embedded();
    record(new EmbeddingGather(backend, second, tape.ids(), out));
    return out;
  }

  private void record(EmbeddingLookup made) {
    lookup = made;
    tape.record(made);
  }

  /** A value of the embeddings' columns. */
  private Variable embedded() {
    Variable made = tape.variable(layout.columns());
    embedded.add(made);
    return made;
  }

  @Override
  public Variable fm() {
    if (spec.projection() > 0 || !layout.isUniform()) {
      return fm(embedding());
    }
    second = new EmbeddingTable(backend, tape.arena(), layout);
    Variable out = tape.term();
    record(new FmGather(backend, tape.arena(), second, tape.ids(), out));
    return out;
  }

  @Override
  public Variable fm(Variable input) {
    Variable e = ofOneSize(input);
    Tensor identity = e == input && !layout.isUniform() ? second.identity() : null;
    Variable out = tape.term();
    Tensor sums = Tensor.floats(backend, tape.arena(), tape.capacity(), sizeOfFields());
    tape.record(new FmInteraction(backend, e, identity, sizeOfFields(), sums, out));
    return out;
  }

  @Override
  public Variable innerProducts(Variable input) {
    Variable e = ofOneSize(input);
    boolean places = e == input && !layout.isUniform();
    Tensor spread = places ? Tensor.floats(backend, tape.arena(), tape.capacity(), (long) layout.fields() * sizeOfFields()) : null;
    Variable out = tape.variable(InnerProduct.pairs(layout.fields()));
    tape.record(new InnerProduct(
        backend, e, places ? second.identity() : null, places ? second.column() : null, layout.fields(), sizeOfFields(), spread, out));
    return out;
  }

  /** What fields meet in for inner products: their projections, if the model has them, otherwise the embeddings themselves. */
  private Variable ofOneSize(Variable input) {
    return spec.projection() > 0 ? projected(input, "projection", spec.projection()) : input;
  }

  private int sizeOfFields() {
    return spec.projection() > 0 ? spec.projection() : layout.dimension();
  }

  private Variable projected(Variable input, String name, int size) {
    Variable out = tape.variable(layout.fields() * size);
    Weights maps = tape.weights(name, layout.columns(), size, EmbeddingAxes.ROWS);
    tape.record(new FieldProjection(backend, input, layout, maps, out));
    return out;
  }

  @Override
  public Variable cross(Variable input) {
    Variable x = input;
    for (int layer = 0; layer < spec.crossLayers(); layer++) {
      String name = "cross." + layer;
      Variable y = product(x, name, embedded());
      Weights bias = tape.weights(name + ".bias", 1, layout.columns(), EmbeddingAxes.COLUMNS);
      Variable out = embedded();
      tape.record(new Cross(backend, input, x, y, bias, tape.workspace(layout.columns()), out));
      x = out;
    }
    return x;
  }

  @Override
  public Variable attention(Variable input) {
    ModelSpec.Attention sizes = spec.attention();
    int fields = layout.fields();
    int units = sizes.units();
    Variable x = projected(input, "attention.projection", units);
    for (int layer = 0; layer < sizes.layers(); layer++) {
      Variable parts = tape.variable(fields * 4 * units);
      tape.record(new MatMul(backend, x, tape.weights("attention." + layer + ".weight", units, 4 * units), parts));
      Tensor weights = Tensor.floats(backend, tape.arena(), tape.capacity(), (long) sizes.heads() * fields * fields);
      Variable out = tape.variable(fields * units);
      tape.record(new FieldAttention(backend, parts, fields, sizes.heads(), sizes.size(), weights, out));
      x = out;
    }
    return x;
  }

  @Override
  public Variable concat(Variable a, Variable b) {
    if (embedded.contains(b)) {
      throw new IllegalArgumentException("only the first of two values side by side may begin with embeddings");
    }
    Variable out = tape.variable(a.columns() + b.columns());
    if (embedded.contains(a)) {
      embedded.add(out);
    }
    tape.record(new Concat(backend, a, b, out));
    return out;
  }

  @Override
  public Variable mlp(Variable input) {
    Variable x = input;
    int layer = 0;
    for (int width : spec.hidden()) {
      String name = "mlp." + layer++;
      Variable y = product(x, name, tape.variable(width));
      x = spec.batchNorm() ? batchNorm(y, name) : y;
      bias(x, name, true, (float) spec.dropout());
    }
    String name = "mlp." + layer;
    Variable out = product(x, name, tape.term());
    bias(out, name, false, 0);
    return out;
  }

  @Override
  public Variable head(Variable input) {
    return product(input, "head", tape.term());
  }

  private Variable product(Variable x, String name, Variable out) {
    EmbeddingAxes axes = EmbeddingAxes.of(embedded.contains(x), embedded.contains(out));
    tape.record(new MatMul(backend, x, tape.weights(name + ".weight", x.columns(), out.columns(), axes), out));
    return out;
  }

  private void bias(Variable x, String name, boolean relu, float dropout) {
    Weights bias = tape.weights(name + ".bias", 1, x.columns());
    tape.record(new BiasReluDropout(backend, x, bias, relu, dropout, tape.seed(), tape.nextLayer(), tape.workspace(x.columns())));
  }

  /** The shift of the normalisation is the bias that follows; its own stays zero. */
  private Variable batchNorm(Variable x, String name) {
    int n = x.columns();
    Variable out = tape.variable(n);
    tape.record(new BatchNorm(
        backend, x, tape.weights(name + ".norm.scale", 1, n), tape.buffer(name + ".norm.shift", 1, n),
        tape.buffer(name + ".norm.mean", 1, n).value(), tape.buffer(name + ".norm.variance", 1, n).value(),
        Tensor.floats(backend, tape.arena(), 1, n), Tensor.floats(backend, tape.arena(), 1, n), tape.workspace(n), out));
    return out;
  }

  @Override
  public Variable sum(Variable a, Variable b) {
    Variable out = tape.term();
    tape.record(new Add(backend, a, b, out));
    return out;
  }
}
