package io.dimsieve.bench.peer;

import static io.dimsieve.bench.peer.Workload.BATCH;

import io.dimsieve.data.Dataset;
import io.dimsieve.train.EpochReport;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The works in operations of libtorch, in the variants that a user has to choose from.
 *
 * @param <T> the library's tensor
 */
record TorchLibrary<T>(String name, String version, Torch<T> torch, Runnable end) implements Library {

  @Override
  public void measure(Workload work, Stopwatch watch) {
    float[] values = work.weights().array("embedding");
    torch.scoped(() -> new TorchTables<>(torch, work, values).measure(watch));
    step(work, watch, "fm", work.weights());
    step(work, watch, "deepfm", work.weights(400, 400, 400));
  }

  private void step(Workload work, Stopwatch watch, String name, Weights weights) {
    double expected = Reference.loss(work, weights);
    Map<String, Runnable> settings = weights.hidden().length == 0 ? Map.of("", () -> {}) : torch.productSettings();
    settings.forEach((setting, set) -> {
      set.run();
      for (boolean lazily : new boolean[] {false, true}) {
        torch.scoped(() -> step(work, watch, name, (lazily ? "Adam of the batch's rows" : "dense Adam") + setting, expected,
            new TorchModel<>(torch, weights, 0, lazily)));
      }
    });
  }

  private void step(Workload work, Stopwatch watch, String name, String variant, double expected, TorchModel<T> model) {
    List<T> ids = Arrays.stream(work.ids()).map(own -> torch.longs(work.globalRows(own))).toList();
    List<T> labels = Arrays.stream(work.labels()).map(own -> torch.floats(own, BATCH)).toList();
    Check.near(name + " loss", model.step(ids.get(0), labels.get(0)), expected, 1e-4);
    int[] turn = {0};
    watch.time(work.name(name), variant, BATCH, () -> {
      int batch = ++turn[0] % ids.size();
      model.step(ids.get(batch), labels.get(batch));
    });
  }

  @Override
  public List<EpochReport> train(Dataset dataset, int most) {
    return new TorchEpochs<>(torch, dataset).run(most);
  }

  @Override
  public void close() {
    end.run();
  }
}
