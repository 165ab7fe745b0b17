package io.dimsieve.bench.peer;

import static io.dimsieve.bench.peer.Workload.BATCH;
import static io.dimsieve.bench.peer.Workload.COLUMNS;
import static io.dimsieve.bench.peer.Workload.DIMENSION;
import static io.dimsieve.bench.peer.Workload.FIELDS;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.EmbeddingGather;
import io.dimsieve.op.EmbeddingGradient;
import io.dimsieve.op.Variable;
import io.dimsieve.optimizer.BatchGroups;
import io.dimsieve.optimizer.EmbeddingOptimizer;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.OrthogonalRegularity;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;

/** The works on embedding tables alone, by Dimsieve's kernels. */
final class OursTables {

  private final Backend backend;
  private final Arena arena;
  private final Workload work;
  private final Stopwatch watch;
  private final float[] values;
  private final EmbeddingTable table;
  private final Tensor mask;
  private final Variable gathered;
  private final Tensor[] ids;
  private final EmbeddingGather[] gathers;
  private int turn;

  /** Tables with the given values, in memory of {@code arena}. */
  OursTables(Backend backend, Arena arena, Workload work, Stopwatch watch, float[] values) {
    this.backend = backend;
    this.arena = arena;
    this.work = work;
    this.watch = watch;
    this.values = values;
    table = new EmbeddingTable(backend, arena, EmbeddingLayout.uniform(DIMENSION, work.tables()));
    table.values().set(0, values);
    mask = Tensor.floats(backend, arena, 1, COLUMNS);
    mask.set(0, work.mask());
    gathered = new Variable(Tensor.floats(backend, arena, BATCH, COLUMNS), Tensor.floats(backend, arena, BATCH, COLUMNS));
    gathered.gradient().set(0, work.upstream());
    ids = Arrays.stream(work.ids()).map(own -> Tensor.of(backend, arena, own)).toArray(Tensor[]::new);
    gathers = Arrays.stream(ids).map(own -> new EmbeddingGather(backend, table, own, gathered)).toArray(EmbeddingGather[]::new);
  }

  void measure() {
    gather("gather", null, null);
    gather("masked gather", mask, work.mask());
    orthogonal();
    backward(); // the last one, because it changes the tables
  }

  /** Gathers the next batch; its number. */
  private int gatherNext() {
    int batch = turn++ % gathers.length;
    gathers[batch].forward(BATCH, true);
    return batch;
  }

  private void gather(String name, Tensor behind, float[] maskValues) {
    table.mask(behind);
    turn = 0;
    gatherNext();
    Check.equal(name, gathered.value().toArray(), Reference.gather(work, values, maskValues));
    watch.time(work.name(name), "one pass", BATCH, this::gatherNext);
  }

  /** What the fused update needs for the rows it touches: EᵀE, penalty and the matrix M of the gradient E M. */
  private void orthogonal() {
    double whole = (double) FIELDS * DIMENSION * (DIMENSION - 1); // makes the weight of every field 1
    table.mask(null);
    OrthogonalRegularity regularity = new OrthogonalRegularity(backend, arena, table, OrthogonalRegularity.Form.SOFT, whole, false);
    Runnable step = () -> {
      regularity.refresh();
      regularity.derive();
    };
    step.run();
    double expected = Reference.orthogonality(work, values).penalty();
    Check.near("penalty", Arrays.stream(regularity.penalties()).sum(), expected, 1e-4 * expected);
    watch.time(work.name("orthogonal matrices"), "matrices", BATCH, step);
    watch.time(work.name("orthogonal"), "matrices; E M is the update's", BATCH, step);
  }

  private void backward() {
    table.mask(mask);
    Tensor maskGradient = Tensor.floats(backend, arena, 1, COLUMNS);
    Tensor current = Tensor.allocate(backend, arena, Tensor.Type.I32, BATCH, FIELDS);
    BatchGroups groups = new BatchGroups(backend, arena, current, table.rows());
    try (EmbeddingOptimizer optimizer = new EmbeddingOptimizer(
        backend, arena, OptimizerSpec.adam(Workload.RATE), "embedding", table, groups,
        EmbeddingGradient.of(gathered.gradient()))) {
      optimizer.maskGradient(maskGradient, false);
      long[] steps = {0};
      Runnable step = () -> {
        int batch = gatherNext();
        backend.copyIn(current.address(), ids[batch].address(), current.bytes());
        groups.group(BATCH);
        optimizer.step(++steps[0], 1, BATCH);
      };
      turn = 0;
      step.run();
      Reference.Gradients expected = Reference.gradients(work, values);
      Check.near("mask gradient", maskGradient.toArray(), expected.mask(), 1e-4);
      Check.near("table after Adam", table.values().toArray(), Reference.afterAdam(values, expected.rows()), 5e-8);
      watch.time(work.name("gradients"), "with Adam of the batch's rows", BATCH, step);
      watch.time(work.name("backward"), "Adam of the batch's rows", BATCH, step);
    }
  }
}
