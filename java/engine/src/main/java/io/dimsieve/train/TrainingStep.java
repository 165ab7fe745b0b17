package io.dimsieve.train;

import io.dimsieve.TrainingDivergedException;
import io.dimsieve.autograd.Tape;
import io.dimsieve.kernel.Graph;
import io.dimsieve.kernel.Profiler;
import io.dimsieve.kernel.Upload;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.optimizer.BatchGroups;
import io.dimsieve.optimizer.DenseOptimizer;
import io.dimsieve.optimizer.EmbeddingOptimizer;
import io.dimsieve.optimizer.TableUpdate;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One step of training, again and again: load a batch, forward, backward, update. Allocates nothing per step.
 *
 * <p>A device that can record does a whole batch's step with one launch, unless a hook or an update wants to see every step; and it is waited for only
 * every {@value #LOSSES} steps, when the losses since then are read. Batches come by a stream of their own ({@link BatchFeed}), the few
 * numbers of a step by an {@link Upload}.
 */
public final class TrainingStep implements AutoCloseable {

  private static final int LOSSES = 32; // steps between two looks at the losses of a device that runs ahead of the host

  private final CtrModel model;
  private final Tape tape;
  private final long seed;
  private final BatchFeed feed;
  private final Upload numbers;
  private final BatchGroups groups;
  private final DenseOptimizer dense;
  private final TableUpdate embedding;
  private final List<TableUpdate> tables = new ArrayList<>();
  private final List<StepHook> hooks = new ArrayList<>();
  private final boolean records;
  private final Tensor losses;
  private final Block staging = HostAllocator.INSTANCE.allocate(8L * LOSSES);
  private final UnsafeBuffer view = staging.view();
  private final StepEvent event = new StepEvent();
  private Graph graph;
  private int pending;
  private long step;
  private double scale = 1;

  /** A step for a model; optimizer state lives as long as the model. */
  public TrainingStep(CtrModel model, TrainSpec spec) {
    this(
        model, spec,
        groups -> new EmbeddingOptimizer(
            model.tape().backend(), model.tape().arena(), spec.embedding(), "embedding", model.embeddings(), groups, model.lookup().gradient()));
  }

  /**
   * A step that updates the embedding tables in another way than the specification's.
   *
   * @param embeddings makes what updates the tables, given the groups of the batch; not called for a model without tables
   */
  public TrainingStep(CtrModel model, TrainSpec spec, Function<BatchGroups, TableUpdate> embeddings) {
    this.model = model;
    this.tape = model.tape();
    this.seed = spec.seed();
    this.records = tape.backend().recordsSteps();
    this.losses = Tensor.allocate(tape.backend(), tape.arena(), Tensor.Type.F64, 1, LOSSES);
    this.feed = new BatchFeed(tape);
    this.numbers = new Upload(tape.backend(), 16);
    EmbeddingTable any = model.firstOrder() == null ? model.embeddings() : model.firstOrder();
    this.groups = new BatchGroups(tape.backend(), tape.arena(), tape.ids(), any.rows());
    this.dense = new DenseOptimizer(tape.backend(), tape.arena(), spec.dense(), tape.weights());
    if (model.firstOrder() != null) {
      tables.add(new EmbeddingOptimizer(
          tape.backend(), tape.arena(), spec.embedding(), "linear.weight", model.firstOrder(), groups,
          EmbeddingGradient.of(tape.logitGradient())));
    }
    this.embedding = model.embeddings() == null ? null : embeddings.apply(groups);
    if (embedding != null) {
      tables.add(embedding);
    }
  }

  public void add(StepHook hook) {
    hooks.add(hook);
  }

  List<StepHook> hooks() {
    return hooks;
  }

  public CtrModel model() {
    return model;
  }

  /** The groups of the batch in work. */
  public BatchGroups groups() {
    return groups;
  }

  /** The fused optimizer of the embedding tables; null for a model without, or where something else updates them. */
  public EmbeddingOptimizer embeddingOptimizer() {
    return embedding instanceof EmbeddingOptimizer fused ? fused : null;
  }

  /** Batches before which a step may return while the device still has to read them: none where it reads them at once. */
  public int ahead() {
    return feed.runsAhead() ? LOSSES - 1 : 0;
  }

  /** Steps done. */
  public long number() {
    return step;
  }

  /** Goes on after that many steps, done elsewhere. */
  void number(long done) {
    step = done;
    tables.forEach(table -> table.startAfter(done));
  }

  /** Factor on the learning rates. */
  public double scale() {
    return scale;
  }

  void scale(double factor) {
    scale = factor;
  }

  /** Everything besides the model's weights that a resumed training needs, by name, in a fixed order. */
  public Map<String, Tensor> optimizerArrays() {
    Map<String, Tensor> arrays = new TreeMap<>();
    dense.state(arrays::put);
    tables.forEach(table -> table.state(arrays::put));
    return arrays;
  }

  /**
   * One step.
   *
   * @param ids address of int32 [rows, fields] in host memory; if pinned, neither they nor the labels may change during the next {@link #ahead} steps
   * @param labels address of float32 [rows]
   * @param sum of the losses so far
   * @return the sum with the mean losses, before their updates, of the batches whose loss became known: this one's on the CPU, none or several where the
   *     device runs ahead
   * @throws TrainingDivergedException when a loss is no number
   */
  public double run(long ids, long labels, int rows, double sum) {
    long begun = Profiler.begin();
    event.begin();
    step++;
    load(ids, labels, rows);
    for (int i = 0; i < tables.size(); i++) {
      tables.get(i).prepare(step, scale);
    }
    dense.prepare(step, scale);
    if (!recordable(rows)) {
      compute(rows);
    } else if (graph == null) {
      compute(rows);
      graph = Graph.record(tape.backend(), () -> compute(rows));
    } else {
      graph.launch();
    }
    tape.backend().copyIn(losses.address() + 8L * pending++, tape.loss().address(), 8);
    double known = records && hooks.isEmpty() && pending < LOSSES ? sum : awaited(sum);
    event.end();
    if (event.shouldCommit()) {
      event.step = step;
      event.rows = rows;
      event.commit();
    }
    Profiler.end("step", begun);
    return known;
  }

  /**
   * Waits for the device.
   *
   * @param sum of the losses so far
   * @return the sum with the losses that {@link #run} has not added yet
   * @throws TrainingDivergedException when one of them is no number
   */
  public double awaited(double sum) {
    if (pending == 0) {
      return sum;
    }
    int known = pending;
    pending = 0;
    tape.backend().copyOut(staging.address(), losses.address(), 8L * known);
    double added = sum;
    for (int i = 0; i < known; i++) {
      double loss = view.getDouble(8 * i);
      if (!Double.isFinite(loss)) {
        throw new TrainingDivergedException(step - known + 1 + i, "the loss", loss);
      }
      added += loss;
    }
    return added;
  }

  /** Full batches without anybody who looks on or asks for other numbers. */
  private boolean recordable(int rows) {
    if (!records || rows != tape.capacity() || !hooks.isEmpty()) {
      return false;
    }
    for (int i = 0; i < tables.size(); i++) {
      if (!tables.get(i).recordable()) {
        return false;
      }
    }
    return true;
  }

  /** What the device does in a step. */
  private void compute(int rows) {
    groups.group(rows);
    for (int i = 0; i < tables.size(); i++) {
      tables.get(i).beforeForward(step, rows);
    }
    for (int i = 0; i < hooks.size(); i++) {
      hooks.get(i).beforeForward(step);
    }
    tape.forward(rows, true);
    tape.backward(rows);
    for (int i = 0; i < hooks.size(); i++) {
      hooks.get(i).beforeUpdate(step);
    }
    for (int i = 0; i < tables.size(); i++) {
      tables.get(i).update(step, rows);
    }
    dense.update();
    for (int i = 0; i < hooks.size(); i++) {
      hooks.get(i).afterUpdate(step);
    }
  }

  /** Gradients of a batch at the present weights, without an update; what a search measures masks with. */
  public void backpropagate(long ids, long labels, int rows) {
    load(ids, labels, rows);
    groups.group(rows);
    tape.forward(rows, true);
    tape.backward(rows);
  }

  private void load(long ids, long labels, int rows) {
    feed.load(ids, labels, rows);
    int at = numbers.next();
    numbers.view().putLong(at, seed);
    numbers.view().putLong(at + 8, step);
    numbers.to(tape.seed().address());
  }

  /** Ends what exact dense semantics left open: afterwards all weights are those of the last step. */
  public void flush() {
    tables.forEach(table -> table.flush(step));
  }

  @Override
  public void close() {
    if (graph != null) {
      graph.close();
    }
    feed.close();
    numbers.close();
    staging.close();
    dense.close();
    tables.forEach(TableUpdate::close);
  }
}
