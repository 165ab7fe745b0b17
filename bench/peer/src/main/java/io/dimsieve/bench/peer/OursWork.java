package io.dimsieve.bench.peer;

import static io.dimsieve.bench.peer.Workload.BATCH;

import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import io.dimsieve.train.EpochReport;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.util.Arrays;
import java.util.List;

/** Dimsieve's part; arguments as {@link Library#run} says. */
public final class OursWork implements Library {

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
    try (Arena arena = new Arena(backend)) {
      new OursTables(backend, arena, work, watch, work.weights().array("embedding")).measure();
    }
    step(work, watch, "fm", ModelSpec.of("fm"), work.weights());
    step(work, watch, "deepfm", ModelSpec.of("deepfm").withHidden(400, 400, 400).withDropout(0), work.weights(400, 400, 400));
  }

  private void step(Workload work, Stopwatch watch, String name, ModelSpec spec, Weights weights) {
    try (Arena arena = new Arena(backend);
        CtrModel model = model(spec, weights);
        TrainingStep training = new TrainingStep(model, TrainSpec.of(1))) {
      Tensor[] ids = Arrays.stream(work.ids()).map(own -> Tensor.of(backend, arena, own)).toArray(Tensor[]::new);
      Tensor[] labels = Arrays.stream(work.labels()).map(own -> floats(arena, own)).toArray(Tensor[]::new);
      double loss = training.run(ids[0].address(), labels[0].address(), BATCH, 0);
      Check.near(name + " loss", loss, Reference.loss(work, weights), 1e-4);
      watch.time(work.name(name), "Adam of the batch's rows", BATCH, () -> {
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
