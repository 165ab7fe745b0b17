package io.dimsieve.optimizer;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.function.BiConsumer;

/**
 * Updates the rows of an embedding table that occur in a batch, in one pass over them that also yields the field-wise mask gradient and adds the
 * regularity term (see {@code native/cpu/embedding_backward.cpp}). Rows that do not occur stay as they are, unless the rule asks for exact dense
 * semantics.
 */
public final class EmbeddingOptimizer implements TableUpdate {

  private final Backend backend;
  private final OptimizerSpec spec;
  private final EmbeddingTable table;
  private final String name;
  private final BatchGroups groups;
  private final EmbeddingGradient gradient;
  private final Tensor column;
  private final Hyper hyper;
  private final Tensor state1;
  private final Tensor state2;
  private final Tensor workspace;
  private final CatchUp catchUp;
  private Tensor maskGradient;
  private boolean signed;
  private OrthogonalRegularity regularity;

  /**
   * An optimizer of one table.
   *
   * @param name of the table, for checkpoints
   * @param gradient of the batch, as the forward pass's lookup leaves it
   */
  public EmbeddingOptimizer(
      Backend backend, Allocator owner, OptimizerSpec spec, String name, EmbeddingTable table, BatchGroups groups,
      EmbeddingGradient gradient) {
    this.backend = backend;
    this.spec = spec;
    this.name = name;
    this.table = table;
    this.groups = groups;
    this.gradient = gradient;
    // All columns of a first-order table read the one gradient of the logit.
    boolean firstOrder = gradient.isOfTheLogit(table.layout().columns());
    this.column = firstOrder ? Tensor.of(backend, owner, new int[table.layout().fields()]) : table.column();
    this.hyper = new Hyper(backend, owner, spec);
    long parameters = table.values().size();
    this.state1 = Tensor.floats(backend, owner, 1, spec.rule() == OptimizerSpec.Rule.SGD ? 0 : parameters);
    this.state2 = Tensor.floats(backend, owner, 1, spec.rule() == OptimizerSpec.Rule.ADAM ? parameters : 0);
    long units = Workspace.chunks(gradient.capacity(), Workspace.GROUP_CHUNK);
    this.workspace = Tensor.floats(backend, owner, 1, units * (table.layout().columns() + table.squares()));
    this.catchUp = spec.exactDense() ? new CatchUp(backend, owner, spec, table, groups) : null;
  }

  /**
   * Asks for the mask gradient G_c = Σ_b δê e of every step.
   *
   * @param into F32 [1, columns], overwritten by each step
   * @param sign true for Σ_b δê sign(e) instead (AutoPrune's rule for small weights)
   */
  public void maskGradient(Tensor into, boolean sign) {
    maskGradient = into;
    signed = sign;
  }

  /** Adds the gradient of orthogonal regularity to every touched row; null ends it. */
  public void regularity(OrthogonalRegularity added) {
    regularity = added;
  }

  /** Brings the batch's rows to where dense updates would have them. Does nothing without exact dense semantics. */
  @Override
  public void beforeForward(long step, int batch) {
    if (catchUp != null) {
      catchUp.rows(step, batch, state1, state2);
    }
  }

  @Override
  public void prepare(long step, double scale) {
    hyper.set(step, scale);
  }

  @Override
  public boolean recordable() {
    return catchUp == null;
  }

  @Override
  public void update(long step, int batch) {
    Status.check(
        "embedding_backward",
        Native.ds_embedding_backward(
            backend.handle(), backend.stream(), gradient.values().address(), gradient.values().columns(), gradient.factorAddress(),
            groups.order(), groups.starts(), groups.unique(), groups.counts(), table.base().address(), table.width().address(),
            column.address(), table.maskAddress(), table.rowMaskAddress(), table.rowBase().address(),
            regularity == null ? 0 : regularity.matrix().address(), table.squareBase().address(), table.values().address(),
            state1.address(), state2.address(), maskGradient == null ? 0 : maskGradient.address(), signed ? 1 : 0,
            regularity == null ? 0 : regularity.keptGram(), workspace.address(), spec.rule().ordinal(), hyper.address(), batch,
            table.layout().fields(), table.layout().columns()));
    if (catchUp != null) {
      catchUp.mark(step, batch, hyper);
    }
  }

  @Override
  public void flush(long step) {
    if (catchUp != null) {
      catchUp.all(step, state1, state2);
    }
  }

  @Override
  public void startAfter(long step) {
    if (catchUp != null) {
      catchUp.startAfter(step);
    }
  }

  @Override
  public void close() {
    hyper.close();
    if (catchUp != null) {
      catchUp.close();
    }
  }

  @Override
  public void state(BiConsumer<String, Tensor> visitor) {
    visitor.accept("optimizer." + name + ".1", state1);
    visitor.accept("optimizer." + name + ".2", state2);
  }
}
