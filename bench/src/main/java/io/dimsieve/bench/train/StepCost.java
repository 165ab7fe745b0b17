package io.dimsieve.bench.train;

import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.search.SearchTask;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a step of a search costs over a plain training step: median milliseconds of the steps of all epochs but the first, the variants taken in turn, round
 * after round, so that a drifting machine drifts for all. Prints a Markdown table.
 *
 * <p>Arguments: dataset, then optionally model (deepfm), batch size (2048), threads (2), rounds (3).
 */
public final class StepCost {

  private static final int EPOCHS = 3;
  private static final OptimizerSpec PLAIN = OptimizerSpec.adam(1e-3);
  private static final OptimizerSpec DENSE = OptimizerSpec.of(OptimizerSpec.Rule.ADAM, 1e-3, 1e-5).withExactDense(true);

  /** Remembers how long each step of the epochs after the first took, up to a number of them. */
  private static final class Times implements Progress {

    private final double[] milliseconds = new double[1 << 16];
    private int count;
    private int epoch;
    private long last;

    @Override
    public void begin(String stage, long total) {
      epoch++;
      last = System.nanoTime();
    }

    @Override
    public void advance(long done, String detail) {
      long now = System.nanoTime();
      if (epoch > 1 && epoch <= EPOCHS && done > 1) {
        milliseconds[count++] = (now - last) * 1e-6;
      }
      last = now;
    }

    @Override
    public void end(String summary) {}

    double median() {
      double[] sorted = Arrays.copyOf(milliseconds, count);
      Arrays.sort(sorted);
      return sorted[count / 2];
    }
  }

  private record Variant(String name, String against, String method, Map<String, String> settings, OptimizerSpec tables) {}

  private static final List<Variant> VARIANTS = List.of(
      new Variant("plain", "plain", null, Map.of(), PLAIN),
      new Variant("plain, dense Adam + L2", "plain, dense Adam + L2", null, Map.of(), DENSE),
      new Variant("ham, lambda=0", "plain", "ham", Map.of("epochs", "2", "lambda", "0"), PLAIN),
      new Variant("ham", "plain", "ham", Map.of("epochs", "2"), PLAIN),
      new Variant("amtl", "plain", "amtl", Map.of("epochs", "3", "settle", "0"), PLAIN),
      new Variant("pep", "plain, dense Adam + L2", "pep", Map.of("epochs", "3"), PLAIN));

  private StepCost() {}

  public static void main(String[] arguments) {
    ModelSpec model = ModelSpec.of(arguments.length > 1 ? arguments[1] : "deepfm");
    int batch = Integer.parseInt(arguments.length > 2 ? arguments[2] : "2048");
    int threads = Integer.parseInt(arguments.length > 3 ? arguments[3] : "2");
    int rounds = Integer.parseInt(arguments.length > 4 ? arguments[4] : "3");
    double[][] medians = new double[VARIANTS.size()][rounds];
    try (Backend backend = Backend.cpu(threads);
        Dataset dataset = Dataset.open(Path.of(arguments[0]))) {
      for (int round = 0; round < rounds; round++) {
        for (int v = 0; v < VARIANTS.size(); v++) {
          medians[v][round] = measure(backend, dataset, model, batch, VARIANTS.get(v));
        }
      }
      System.out.printf(
          Locale.ROOT, "%s; %s, batch %d, %,d training rows%n%n| step | ms, median of %d rounds | over |%n|---|---|---|%n", backend.description(),
          model.architecture(), batch, dataset.rows(Part.TRAIN), rounds);
    }
    for (int v = 0; v < VARIANTS.size(); v++) {
      Variant variant = VARIANTS.get(v);
      double[] base = medians[VARIANTS.stream().map(Variant::name).toList().indexOf(variant.against())];
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ratios[round] = medians[v][round] / base[round];
      }
      System.out.printf(Locale.ROOT, "| %s | %.2f | %.2f × %s |%n", variant.name(), middle(medians[v]), middle(ratios), variant.against());
    }
  }

  private static double middle(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double measure(Backend backend, Dataset dataset, ModelSpec spec, int batch, Variant variant) {
    TrainSpec train = TrainSpec.of(1).withBatchSize(batch).withEpochs(EPOCHS).withPatience(0).withOptimizers(PLAIN, variant.tables());
    Times times = new Times();
    if (variant.method() != null) {
      List<Budget> budgets = List.of(new Budget(0.1, Budget.Unit.BYTES));
      SearchMethods.of(variant.method()).search(new SearchTask(
          backend, dataset, spec, 16, train, budgets, variant.settings(), times, () -> false, SearchListener.NONE));
      return times.median();
    }
    try (CtrModel model = new CtrModel(backend, spec, EmbeddingLayout.uniform(16, dataset.rows()), batch)) {
      model.initialize(1);
      try (Trainer trainer = new Trainer(model, train, dataset)) {
        trainer.progress(times);
        trainer.fit();
      }
    }
    return times.median();
  }
}
