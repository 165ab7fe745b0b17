package io.dimsieve.bench.train;

import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Device;
import io.dimsieve.model.Architecture;
import io.dimsieve.model.Architectures;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.TrainingStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The first steps of every model on the CPU and on CUDA: the largest difference of the mean loss of any ten steps, and milliseconds a step on each. Prints a
 * Markdown table; ends with status 1 when a difference is above 1e-4.
 *
 * <p>Arguments: dataset, then optionally batch size (2048), steps (200), models (all).
 */
public final class LossCurves {

  private static final int WINDOW = 10;
  private static final double ALLOWED = 1e-4;

  private LossCurves() {}

  private record Curve(double[] losses, double milliseconds) {}

  public static void main(String[] arguments) {
    int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2048;
    int steps = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 200;
    List<String> models = arguments.length > 3 ? List.of(arguments[3].split(",")) : Architectures.all().stream().map(Architecture::name).toList();
    System.out.println("| model | largest difference | CPU ms a step | CUDA ms a step |\n|---|---|---|---|");
    boolean alike = true;
    try (Dataset dataset = Dataset.open(Path.of(arguments[0]))) {
      for (String model : models) {
        Curve cpu = curve(Device.CPU, dataset, model, batch, steps);
        Curve cuda = curve(Device.CUDA, dataset, model, batch, steps);
        double most = 0;
        for (int i = 0; i < cpu.losses.length; i++) {
          most = Math.max(most, Math.abs(cpu.losses[i] - cuda.losses[i]));
        }
        alike &= most <= ALLOWED;
        System.out.printf(Locale.ROOT, "| %s | %.2e | %.3f | %.3f |%n", model, most, cpu.milliseconds, cuda.milliseconds);
      }
    }
    System.exit(alike ? 0 : 1);
  }

  /** Mean losses of each {@value #WINDOW} steps; the batches are full, so that a device may record its step. */
  private static Curve curve(Device device, Dataset dataset, String model, int batch, int steps) {
    double[] losses = new double[steps / WINDOW];
    try (Backend backend = Backend.open(device, Runtime.getRuntime().availableProcessors(), null);
        CtrModel trained = new CtrModel(backend, ModelSpec.of(model), EmbeddingLayout.uniform(16, dataset.rows()), batch);
        TrainingStep step = new TrainingStep(trained, TrainSpec.of(1).withBatchSize(batch));
        BatchReader reader = new BatchReader(dataset, Part.TRAIN, batch, 1, false, 1, backend.pinned(), step.ahead())) {
      trained.initialize(1);
      reader.beginEpoch(0);
      long start = 0;
      for (int i = 0; i < losses.length; i++) {
        if (i == 1) {
          start = System.nanoTime();
        }
        double sum = 0;
        for (int k = 0; k < WINDOW; k++) {
          Batch rows = reader.next();
          if (rows == null || rows.size() < batch) {
            throw new IllegalArgumentException("the dataset has fewer than " + steps + " training batches of " + batch + " rows");
          }
          sum = step.run(rows.ids(), rows.labels(), batch, sum);
        }
        losses[i] = step.awaited(sum) / WINDOW;
      }
      return new Curve(losses, (System.nanoTime() - start) * 1e-6 / (WINDOW * (losses.length - 1)));
    }
  }
}
