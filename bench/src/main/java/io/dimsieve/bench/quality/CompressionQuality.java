package io.dimsieve.bench.quality;

import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.Compactor;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.search.SearchTask;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.Evaluation;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Test AUC and logloss of compacted models: search methods × budgets × seeds, each retrained from scratch to convergence. One CSV line per run; lines that
 * are there already are not run again, so an interrupted table goes on where it stopped.
 *
 * <p>Arguments: dataset, CSV file, then key=value: methods, budgets, seeds, model, dim, hidden, dropout, l2 (embeddings and dense), lr, batch, deviation,
 * epochs, patience, threads, retrain=fresh|inherit, align=yes|no
 * (renumber kept columns from 0 before training from scratch), and set.NAME for a setting of the search method; tag names the variant in the CSV.
 */
public final class CompressionQuality {

  private static final String HEADER = "tag,method,share,seed,parameters,widths,auc,logloss,validation_auc,epochs,search_seconds,train_seconds";

  private final Backend backend;
  private final Dataset dataset;
  private final Path csv;
  private final Map<String, String> options;
  private final Set<String> done = new HashSet<>();

  private CompressionQuality(Backend backend, Dataset dataset, Path csv, Map<String, String> options) throws IOException {
    this.backend = backend;
    this.dataset = dataset;
    this.csv = csv;
    this.options = options;
    if (!Files.exists(csv)) {
      Files.writeString(csv, HEADER + "\n");
    }
    Files.readAllLines(csv).forEach(line -> done.add(key(line.split(","))));
  }

  public static void main(String[] arguments) throws IOException {
    Map<String, String> options = new TreeMap<>();
    for (String option : Arrays.asList(arguments).subList(2, arguments.length)) {
      options.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
    }
    int threads = Integer.parseInt(options.getOrDefault("threads", "2"));
    try (Backend backend = Backend.cpu(threads);
        Dataset dataset = Dataset.open(Path.of(arguments[0]))) {
      System.out.println(backend.description() + "; " + dataset.rows(Part.TRAIN) + " training rows");
      new CompressionQuality(backend, dataset, Path.of(arguments[1]), options).run();
    }
  }

  private static String key(String[] columns) {
    return String.join(",", Arrays.asList(columns).subList(0, Math.min(4, columns.length)));
  }

  private String option(String name, String standard) {
    return options.getOrDefault(name, standard);
  }

  private void run() throws IOException {
    List<Budget> budgets = Arrays.stream(option("budgets", "0.5,0.25,0.1").split(","))
        .map(share -> new Budget(Double.parseDouble(share), Budget.Unit.of(option("unit", "bytes")))).toList();
    for (String seed : option("seeds", "1,2,3").split(",")) {
      for (String method : option("methods", "full,ham,uniform,random,magnitude").split(",")) {
        run(method, budgets, Long.parseLong(seed));
      }
    }
  }

  private ModelSpec model() {
    Integer[] hidden = Arrays.stream(option("hidden", "256,128").split(",")).map(Integer::valueOf).toArray(Integer[]::new);
    return ModelSpec.of(option("model", "deepfm")).withHidden(hidden).withDropout(Double.parseDouble(option("dropout", "0.2")))
        .withDeviation(Double.parseDouble(option("deviation", "0.01"))).withProjection(Integer.parseInt(option("projection", "0")));
  }

  private TrainSpec train(long seed) {
    OptimizerSpec rule = OptimizerSpec.of(
        OptimizerSpec.Rule.of(option("optimizer", "adam")), Double.parseDouble(option("lr", "0.001")), Double.parseDouble(option("l2", "0")));
    OptimizerSpec tables = OptimizerSpec.of(
        OptimizerSpec.Rule.of(option("optimizer", "adam")), Double.parseDouble(option("table.lr", option("lr", "0.001"))),
        Double.parseDouble(option("table.l2", option("l2", "0")))).withExactDense(option("dense", "false").equals("true"));
    return TrainSpec.of(seed).withBatchSize(Integer.parseInt(option("batch", "1024"))).withOptimizers(rule, tables)
        .withEpochs(Integer.parseInt(option("epochs", "30"))).withPatience(Integer.parseInt(option("patience", "2")));
  }

  private void run(String method, List<Budget> budgets, long seed) throws IOException {
    int dimension = Integer.parseInt(option("dim", "16"));
    EmbeddingLayout uniform = EmbeddingLayout.uniform(dimension, dataset.rows());
    if (method.equals("full")) {
      retrain(method, 1, seed, uniform, null, 0);
      return;
    }
    if (budgets.stream().allMatch(budget -> done.contains(key(new String[] {tag(), method, "" + budget.share(), "" + seed})))) {
      return;
    }
    Map<String, String> settings = new TreeMap<>();
    options.forEach((name, value) -> {
      if (name.startsWith("set.") && method.equals(option("searched", "ham"))) {
        settings.put(name.substring(4), value);
      }
    });
    long start = System.nanoTime();
    Map<DimensionPlan, CtrModel> inherited = new HashMap<>();
    SearchListener listener = new SearchListener() {
      @Override
      public void found(DimensionPlan plan, CtrModel superNet) {
        if (option("retrain", "fresh").equals("inherit")) {
          inherited.put(plan, Compactor.compact(backend, superNet, plan.layout(), train(seed).batchSize()));
        }
      }
    };
    List<DimensionPlan> plans = SearchMethods.of(method)
        .search(new SearchTask(backend, dataset, model(), dimension, train(seed), budgets, settings, Progress.NONE, () -> false, listener));
    double seconds = (System.nanoTime() - start) * 1e-9;
    for (int i = 0; i < budgets.size(); i++) {
      CtrModel begun = inherited.remove(plans.get(i));
      EmbeddingLayout layout = plans.get(i).layout();
      retrain(method, budgets.get(i).share(), seed, option("align", "no").equals("yes") ? layout.aligned() : layout, begun, seconds);
    }
  }

  private String tag() {
    return option("tag", "-");
  }

  private void retrain(String method, double share, long seed, EmbeddingLayout layout, CtrModel begun, double searchSeconds) throws IOException {
    if (!done.add(key(new String[] {tag(), method, "" + share, "" + seed}))) {
      return;
    }
    TrainSpec spec = train(seed);
    try (CtrModel model = begun != null ? begun : new CtrModel(backend, model(), layout, spec.batchSize())) {
      if (begun == null) {
        model.initialize(seed);
      }
      try (Trainer trainer = new Trainer(model, spec, dataset)) {
        Trainer.Result result = trainer.fit();
        Evaluation test = Evaluator.evaluate(model, dataset, Part.TEST);
        String line = String.format(
            Locale.ROOT, "%s,%s,%s,%d,%d,%s,%.5f,%.5f,%.5f,%d/%d,%.2f,%.2f", tag(), method, share, seed, layout.parameters(),
            Arrays.toString(layout.widths()).replaceAll("[\\[\\] ]", "").replace(',', ' '), test.auc(), test.logLoss(),
            result.best().validation().auc(), result.best().epoch(), result.epochs().size(), searchSeconds, result.seconds());
        System.out.println(line);
        Files.writeString(csv, line + "\n", StandardOpenOption.APPEND);
      }
    }
  }
}
