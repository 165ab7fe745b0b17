package io.dimsieve.bench.peer;

import com.google.gson.JsonObject;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.train.EpochReport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** What a library does of the works; one process has one. */
interface Library extends AutoCloseable {

  /** Name in the table. */
  String name();

  String version();

  /** Checks and times every work on tables of one size. */
  void measure(Workload work, Stopwatch watch);

  /**
   * Trains a DeepFM 256-128 with dropout 0.2, D = 16, by Adam in batches of 4096, until two epochs bring no better AUC.
   *
   * @param most epochs at most
   */
  List<EpochReport> train(Dataset dataset, int most);

  @Override
  void close();

  /**
   * Runs a library.
   *
   * @param open the library with so many threads
   * @param arguments threads; for the work {@code epoch} also a dataset file and the most epochs
   */
  static void run(IntFunction<Library> open, String[] arguments) {
    int threads = Integer.parseInt(arguments[0]);
    try (Library library = open.apply(threads)) {
      Stopwatch watch = new Stopwatch(library.name(), library.version(), threads);
      if (arguments.length > 1) {
        epochs(library, watch, Path.of(arguments[1]), Integer.parseInt(arguments[2]));
        return;
      }
      for (int rows : Workload.TABLES) {
        library.measure(Workload.of(rows), watch);
      }
    }
  }

  /** One line for all epochs: times are of an epoch's training, without its validation. */
  private static void epochs(Library library, Stopwatch watch, Path file, int most) {
    try (Dataset dataset = Dataset.open(file)) {
      List<EpochReport> reports = library.train(dataset, most);
      double[] microseconds = reports.stream().mapToDouble(report -> report.seconds() * 1e6).toArray();
      EpochReport best = reports.stream().max(Comparator.comparing(report -> report.validation().auc())).orElseThrow();
      JsonObject line = watch.line(Stopwatch.EPOCH, "DeepFM 256-128", dataset.rows(Part.TRAIN), microseconds);
      line.addProperty("auc", best.validation().auc());
      line.addProperty("auc_epoch", best.epoch());
      line.addProperty("auc_us", Stopwatch.rounded(Arrays.stream(microseconds, 0, best.epoch()).sum()));
      watch.print(line);
      reports.forEach(r -> System.err.printf(
          Locale.ROOT, "%s: epoch %d, %.3f s, AUC %.5f%n", library.name(), r.epoch(), r.seconds(), r.validation().auc()));
    }
  }
}
