package io.dimsieve.optimizer;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.op.Workspace;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Learns an embedding table behind soft thresholds: the table the model reads is sign(V) relu(|V| − σ(s)), and a step is one of dense Adam,
 * with coupled L2, on every value V and every threshold s ({@code native/cpu/threshold_update.cpp}). PEP, Liu et al., ICLR 2021.
 *
 * <p>Takes five further floats per entry and, with a threshold per entry, touches all of them in every step.
 */
public final class ThresholdOptimizer implements TableUpdate {

  /** What shares a threshold; the ordinal is the native DS_T_ constant. */
  public enum Granularity {
    /** Everything. */
    GLOBAL,
    /** A base column, over all fields. */
    DIMENSION,
    /** A row: the feature's value. */
    FEATURE,
    /** A field. */
    FIELD,
    /** A column of a field. */
    FIELD_DIMENSION,
    /** Nothing: every entry has its own. */
    FEATURE_DIMENSION
  }

  /**
   * How thresholds begin and learn.
   *
   * @param start initial s; σ(s) is exactly 0 below −104
   * @param speed learning rate of s over that of V
   */
  public record Thresholds(Granularity granularity, double start, double speed) {}

  private static final int COUNTS = 3;

  private final Backend backend;
  private final Thresholds kind;
  private final EmbeddingTable table;
  private final BatchGroups groups;
  private final Tensor gradient;
  private final Hyper hyper;
  private final Hyper thresholdHyper;
  private final Tensor values;
  private final Tensor[] moments = new Tensor[2];
  private final Tensor thresholds;
  private final Tensor[] thresholdMoments = new Tensor[2];
  private final Tensor kept;
  private final Tensor workspace;
  private final Block staging;
  private final UnsafeBuffer view;

  /**
   * An optimizer whose V are the table's values as they are now; the table becomes what the thresholds let through.
   *
   * @param spec of V; Adam
   * @param gradient of the batch matrix [capacity, columns]
   */
  public ThresholdOptimizer(
      Backend backend, Allocator owner, OptimizerSpec spec, Thresholds kind, EmbeddingTable table, BatchGroups groups, Tensor gradient) {
    if (spec.rule() != OptimizerSpec.Rule.ADAM) {
      throw new ConfigurationException("thresholds learn by Adam, not by " + spec.rule());
    }
    this.backend = backend;
    this.kind = kind;
    this.table = table;
    this.groups = groups;
    this.gradient = gradient;
    this.hyper = new Hyper(backend, owner, spec);
    this.thresholdHyper = new Hyper(
        backend, owner,
        new OptimizerSpec(spec.rule(), spec.learningRate() * kind.speed(), spec.beta1(), spec.beta2(), spec.epsilon(), spec.l2(), false));
    EmbeddingLayout layout = table.layout();
    long entries = table.values().size();
    this.values = Tensor.floats(backend, owner, 1, entries);
    backend.copyIn(values.address(), table.values().address(), values.bytes());
    this.thresholds = Tensor.floats(backend, owner, 1, size(kind.granularity(), layout));
    for (int i = 0; i < moments.length; i++) {
      moments[i] = Tensor.floats(backend, owner, 1, entries);
      thresholdMoments[i] = Tensor.floats(backend, owner, 1, thresholds.size());
    }
    fill(thresholds, (float) kind.start());
    this.kept = Tensor.allocate(backend, owner, Tensor.Type.I64, layout.fields(), COUNTS);
    int most = Arrays.stream(layout.rows()).max().orElse(0);
    boolean own = kind.granularity() == Granularity.FEATURE || kind.granularity() == Granularity.FEATURE_DIMENSION;
    this.workspace = Tensor.floats(backend, owner, own ? 0 : Workspace.chunks(most, Workspace.ROW_CHUNK), layout.columns());
    this.staging = HostAllocator.INSTANCE.allocate(kept.bytes());
    this.view = staging.view();
    apply();
  }

  private static long size(Granularity granularity, EmbeddingLayout layout) {
    return switch (granularity) {
      case GLOBAL -> 1;
      case DIMENSION -> layout.dimension();
      case FEATURE -> Arrays.stream(layout.rows()).asLongStream().sum();
      case FIELD -> layout.fields();
      case FIELD_DIMENSION -> layout.columns();
      case FEATURE_DIMENSION -> layout.parameters();
    };
  }

  private static void fill(Tensor tensor, float value) {
    float[] piece = new float[(int) Math.min(1 << 20, tensor.size())];
    Arrays.fill(piece, value);
    for (long at = 0; at < tensor.size(); at += piece.length) {
      tensor.set(at, Arrays.copyOf(piece, (int) Math.min(piece.length, tensor.size() - at)));
    }
  }

  private void apply() {
    Status.check(
        "threshold_apply",
        Native.ds_threshold_apply(
            backend.handle(), backend.stream(), values.address(), thresholds.address(), kind.granularity().ordinal(), table.base().address(),
            table.width().address(), table.column().address(), table.rows().address(), table.values().address(), kept.address(),
            table.layout().fields()));
    readCounts();
  }

  private void readCounts() {
    backend.copyOut(staging.address(), kept.address(), kept.bytes());
  }

  @Override
  public void beforeForward(long step, int batch) {}

  @Override
  public void prepare(long step, double scale) {
    hyper.set(step, scale);
    thresholdHyper.set(step, scale);
  }

  @Override
  public void update(long step, int batch) {
    Status.check(
        "threshold_update",
        Native.ds_threshold_update(
            backend.handle(), backend.stream(), gradient.address(), gradient.columns(), groups.order(), groups.starts(), groups.unique(),
            groups.counts(), table.base().address(), table.width().address(), table.column().address(), table.rows().address(),
            values.address(), moments[0].address(), moments[1].address(), hyper.address(), thresholds.address(), thresholdMoments[0].address(),
            thresholdMoments[1].address(), thresholdHyper.address(), kind.granularity().ordinal(), table.values().address(), kept.address(),
            workspace.address(), batch, table.layout().fields(), table.layout().columns()));
    readCounts();
  }

  /** Entries of a field that are not 0 now. */
  public long entries(int field) {
    return view.getLong(8 * COUNTS * field);
  }

  /** Rows of a field with such entries. */
  public long occupiedRows(int field) {
    return view.getLong(8 * COUNTS * field + 8);
  }

  /** Columns of a field with such entries. */
  public int columns(int field) {
    return Long.bitCount(view.getLong(8 * COUNTS * field + 16));
  }

  /** The thresholds s, F32; which is whose stands in {@code native/cpu/granularity.h}. */
  public Tensor thresholds() {
    return thresholds;
  }

  @Override
  public void flush(long step) {}

  @Override
  public void startAfter(long step) {
    apply();
  }

  @Override
  public void state(BiConsumer<String, Tensor> visitor) {
    visitor.accept("optimizer.embedding.value", values);
    visitor.accept("optimizer.embedding.1", moments[0]);
    visitor.accept("optimizer.embedding.2", moments[1]);
    visitor.accept("optimizer.threshold", thresholds);
    visitor.accept("optimizer.threshold.1", thresholdMoments[0]);
    visitor.accept("optimizer.threshold.2", thresholdMoments[1]);
  }

  @Override
  public void close() {
    hyper.close();
    thresholdHyper.close();
    staging.close();
  }
}
