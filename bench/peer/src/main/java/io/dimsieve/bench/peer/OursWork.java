package io.dimsieve.bench.peer;

import static io.dimsieve.bench.peer.Workload.BATCH;
import static io.dimsieve.bench.peer.Workload.COLUMNS;
import static io.dimsieve.bench.peer.Workload.DIMENSION;
import static io.dimsieve.bench.peer.Workload.FIELDS;

import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.op.EmbeddingGather;
import io.dimsieve.op.Variable;
import io.dimsieve.optimizer.BatchGroups;
import io.dimsieve.optimizer.EmbeddingOptimizer;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.OrthogonalRegularity;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import io.dimsieve.train.EpochReport;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.util.Arrays;
import java.util.List;

/** Dimsieve's part; arguments as {@link Library#run} says. */
public final class OursWork implements Library {

  private static final String VARIANT = "fused";

  private final Backend backend;

  private OursWork(int threads) {
    backend = Backend.cpu(threads);
  }

  public static void main(String[] arguments) {
    Library.run(OursWork::new, arguments);
  }

  @Override
  public String name() {
    return "dimsieve";
  }

  @Override
  public String version() {
    return backend.description();
  }

  @Override
  public void measure(Workload work, Stopwatch watch) {
    float[] values = work.weights().array("embedding");
    try (Arena arena = new Arena(backend)) {
      Tables tables = new Tables(arena, work, values);
      gather(work, watch, tables, values);
      orthogonal(work, watch, tables, values, arena);
      backward(work, watch, tables, values, arena);
    }
    step(work, watch, "fm", ModelSpec.of("fm"), work.weights());
    step(work, watch, "deepfm", ModelSpec.of("deepfm").withHidden(400, 400, 400).withDropout(0), work.weights(400, 400, 400));
  }

  /** Embedding tables, the batches' ids, the gathered batch. */
  private final class Tables {

    final EmbeddingTable table;
    final Tensor mask;
    final Variable gathered;
    final Tensor[] ids;
    final EmbeddingGather[] gathers;
    private int turn;

    Tables(Arena arena, Workload work, float[] values) {
      table = new EmbeddingTable(backend, arena, EmbeddingLayout.uniform(DIMENSION, work.tables()));
      table.values().set(0, values);
      mask = Tensor.floats(backend, arena, 1, COLUMNS);
      mask.set(0, work.mask());
      gathered = new Variable(Tensor.floats(backend, arena, BATCH, COLUMNS), Tensor.floats(backend, arena, BATCH, COLUMNS));
      ids = Arrays.stream(work.ids()).map(own -> Tensor.of(backend, arena, own)).toArray(Tensor[]::new);
      gathers = Arrays.stream(ids).map(own -> new EmbeddingGather(backend, table, own, gathered)).toArray(EmbeddingGather[]::new);
    }

    /** Gathers the next batch; its number. */
    int gatherNext() {
      int batch = turn++ % gathers.length;
      gathers[batch].forward(BATCH, true);
      return batch;
    }

    void restart() {
      turn = 0;
    }
  }

  private void gather(Workload work, Stopwatch watch, Tables tables, float[] values) {
    for (boolean masked : new boolean[] {false, true}) {
      tables.table.mask(masked ? tables.mask : null);
      tables.restart();
      tables.gatherNext();
      Check.equal("gather", tables.gathered.value().toArray(), Reference.gather(work, values, masked ? work.mask() : null));
      watch.time(work.name(masked ? "masked gather" : "gather"), VARIANT, BATCH, tables::gatherNext);
    }
  }

  /** What the fused update needs for the rows it touches: EᵀE, penalty and the matrix M of the gradient E M. */
  private void orthogonal(Workload work, Stopwatch watch, Tables tables, float[] values, Arena arena) {
    double whole = (double) FIELDS * DIMENSION * (DIMENSION - 1); // makes the weight of every field 1
    tables.table.mask(null);
    OrthogonalRegularity regularity =
        new OrthogonalRegularity(backend, arena, tables.table, OrthogonalRegularity.Form.SOFT, whole, false);
    Runnable step = () -> {
      regularity.refresh();
      regularity.derive();
    };
    step.run();
    double expected = Reference.orthogonality(work, values).penalty();
    Check.near("penalty", Arrays.stream(regularity.penalties()).sum(), expected, 1e-4 * expected);
    watch.time(work.name("orthogonal matrices"), VARIANT, BATCH, step);
    watch.time(work.name("orthogonal"), "matrices; E M is the fused update's", BATCH, step);
  }

  private void backward(Workload work, Stopwatch watch, Tables tables, float[] values, Arena arena) {
    tables.table.mask(tables.mask);
    tables.gathered.gradient().set(0, work.upstream());
    Tensor maskGradient = Tensor.floats(backend, arena, 1, COLUMNS);
    Tensor ids = Tensor.allocate(backend, arena, Tensor.Type.I32, BATCH, FIELDS);
    BatchGroups groups = new BatchGroups(backend, arena, ids, tables.table.rows());
    OptimizerSpec adam = OptimizerSpec.adam(Workload.RATE);
    EmbeddingOptimizer optimizer =
        new EmbeddingOptimizer(backend, arena, adam, "embedding", tables.table, groups, tables.gathered.gradient());
    optimizer.maskGradient(maskGradient, false);
    long[] steps = {0};
    Runnable step = () -> {
      int batch = tables.gatherNext();
      backend.copyIn(ids.address(), tables.ids[batch].address(), ids.bytes());
      groups.group(BATCH);
      optimizer.step(++steps[0], 1, BATCH);
    };
    tables.restart();
    step.run();
    Reference.Gradients expected = Reference.gradients(work, values);
    Check.near("mask gradient", maskGradient.toArray(), expected.mask(), 1e-4);
    Check.near("table after Adam", tables.table.values().toArray(), Reference.afterAdam(values, expected.rows()), 5e-8);
    watch.time(work.name("gradients"), "gather, gradients and Adam", BATCH, step);
    watch.time(work.name("backward"), "gather, gradients and Adam", BATCH, step);
    optimizer.close();
  }

  private void step(Workload work, Stopwatch watch, String name, ModelSpec spec, Weights weights) {
    try (Arena arena = new Arena(backend);
        CtrModel model = model(spec, weights);
        TrainingStep training = new TrainingStep(model, TrainSpec.of(1))) {
      Tensor[] ids = Arrays.stream(work.ids()).map(own -> Tensor.of(backend, arena, own)).toArray(Tensor[]::new);
      Tensor[] labels = Arrays.stream(work.labels()).map(own -> floats(arena, own)).toArray(Tensor[]::new);
      double loss = training.run(ids[0].address(), labels[0].address(), BATCH, 0);
      Check.near(name + " loss", loss, Reference.loss(work, weights), 1e-4);
      watch.time(work.name(name), "lazy Adam", BATCH, () -> {
        int batch = (int) (training.number() % ids.length);
        training.run(ids[batch].address(), labels[batch].address(), BATCH, 0);
      });
    }
  }

  private Tensor floats(Arena arena, float[] values) {
    Tensor tensor = Tensor.floats(backend, arena, 1, values.length);
    tensor.set(0, values);
    return tensor;
  }

  private CtrModel model(ModelSpec spec, Weights weights) {
    CtrModel model = new CtrModel(backend, spec, EmbeddingLayout.uniform(weights.dimension(), weights.rows()), BATCH);
    model.arrays().forEach((name, array) -> array.set(0, weights.array(name)));
    return model;
  }

  @Override
  public List<EpochReport> train(Dataset dataset, int most) {
    try (CtrModel model = model(ModelSpec.of("deepfm"), Weights.forTraining(dataset.rows()));
        Trainer trainer = new Trainer(model, TrainSpec.of(1).withEpochs(most), dataset)) {
      return trainer.fit().epochs();
    }
  }

  @Override
  public void close() {
    backend.close();
  }
}
