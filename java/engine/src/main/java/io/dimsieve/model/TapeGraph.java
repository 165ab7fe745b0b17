package io.dimsieve.model;

import io.dimsieve.autograd.Tape;
import io.dimsieve.kernel.Backend;
import io.dimsieve.op.Add;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.op.BiasReluDropout;
import io.dimsieve.op.EmbeddingGather;
import io.dimsieve.op.FieldProjection;
import io.dimsieve.op.FmInteraction;
import io.dimsieve.op.Linear;
import io.dimsieve.op.MatMul;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;

/** Records a model on a tape. Memory for embeddings is made when the model asks for them, so that a model without them has none. */
final class TapeGraph implements Graph<Variable> {

  private final Tape tape;
  private final Backend backend;
  private final ModelSpec spec;
  private final EmbeddingLayout layout;
  private final EmbeddingTable first;
  private EmbeddingTable second;
  private Variable embedding;

  TapeGraph(Tape tape, ModelSpec spec, EmbeddingLayout layout) {
    this.tape = tape;
    this.backend = tape.backend();
    this.spec = spec;
    this.layout = layout;
    this.first = new EmbeddingTable(backend, tape.arena(), EmbeddingLayout.uniform(1, layout.rows()));
  }

  EmbeddingTable firstOrder() {
    return first;
  }

  /** Null when the model has no embeddings. */
  EmbeddingTable embeddings() {
    return second;
  }

  /** The gathered embeddings, null when the model has none. */
  Variable gathered() {
    return embedding;
  }

  @Override
  public Variable linear() {
    Variable out = tape.term();
    tape.record(new Linear(backend, first, tape.weights("linear.bias", 1, 1), tape.ids(), out, tape.workspace(1)));
    return out;
  }

  @Override
  public Variable embedding() {
    second = new EmbeddingTable(backend, tape.arena(), layout);
    embedding = tape.variable(layout.columns());
    tape.record(new EmbeddingGather(backend, second, tape.ids(), embedding));
    return embedding;
  }

  @Override
  public Variable fm(Variable input) {
    Variable e = input;
    Tensor identity = layout.isUniform() ? null : second.identity();
    int dimension = layout.dimension();
    if (spec.projection() > 0) {
      dimension = spec.projection();
      identity = null;
      e = tape.variable(layout.fields() * dimension);
      tape.record(new FieldProjection(backend, input, layout, tape.weights("projection", layout.columns(), dimension), e));
    }
    Variable out = tape.term();
    Tensor sums = Tensor.floats(backend, tape.arena(), tape.capacity(), dimension);
    tape.record(new FmInteraction(backend, e, identity, dimension, sums, out));
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

  private Variable product(Variable x, String name, Variable out) {
    tape.record(new MatMul(backend, x, tape.weights(name + ".weight", x.columns(), out.columns()), out));
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
