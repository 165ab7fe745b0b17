package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.search.Budget;
import io.dimsieve.search.Compactor;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.search.SearchTask;
import io.dimsieve.study.BudgetSearch;
import io.dimsieve.study.BudgetText;
import io.dimsieve.study.Retrain;
import io.dimsieve.study.RunKey;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "search", mixinStandardHelpOptions = true,
    description = "Finds which embedding columns each field keeps under one or several budgets, and writes a dimension plan for each; or finds the smallest"
        + " budget that keeps the quality.")
final class SearchCommand implements Callable<Integer> {

  @ParentCommand private Main main;

  @Parameters(index = "0", paramLabel = "DATASET", description = "dataset file")
  private Path data;

  @Option(names = "--method", defaultValue = "ham", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})", completionCandidates = MethodNames.class)
  private String method;

  @Option(
      names = "--budget", split = ",", paramLabel = "BUDGET",
      description = "how much of the uniform tables to keep: shares (0.1), percentages (10%%) or sizes (100MB, 512KB, 3MiB) (default: 0.1; with"
          + " --max-auc-loss a ladder from 0.75 to 0.02)")
  private List<String> budgets = List.of();

  @Option(
      names = "--max-auc-loss", paramLabel = "LOSS",
      description = "write only the plan of the smallest of the budgets whose retrained model loses no more validation AUC than this"
          + " against the full model")
  private Double loss;

  @Option(names = "--unit", defaultValue = "bytes", description = "what a budget counts: parameters, bytes or dimensions (default: ${DEFAULT-VALUE})")
  private String unit;

  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "a setting of the method")
  private Map<String, String> settings = Map.of();

  @Option(
      names = {"-o", "--output"}, required = true, paramLabel = "PLAN",
      description = "plan file to write; with several budgets the share or size is put before its extension")
  private Path output;

  @Option(
      names = "--weights", paramLabel = "FOLDER",
      description = "also keep the super-net's weights here, as models that retrain --from takes: warmup.model, and one per budget")
  private Path weights;

  @Option(
      names = "--from", paramLabel = "MODEL",
      description = "a uniform model trained before, for methods that look at a trained model (they train one otherwise)")
  private Path start;

  @Mixin private ModelOptions model;
  @Mixin private TrainOptions train;
  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    Writable.check(output);
    if (loss != null && (weights != null || start != null)) {
      throw new ConfigurationException("--max-auc-loss trains the full model and keeps none: it goes neither with --weights nor with --from");
    }
    if (weights != null) {
      Writable.checkFolder(weights);
    }
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data)) {
      EmbeddingLayout uniform = EmbeddingLayout.uniform(model.dimension(), dataset.rows());
      Map<Budget, String> named = named(uniform);
      if (loss != null) {
        smallest(backend, dataset, budgets.isEmpty() ? BudgetSearch.ladder(Budget.Unit.of(unit), uniform) : List.copyOf(named.keySet()));
      } else {
        plans(backend, dataset, named);
      }
      return 0;
    }
  }

  /** The budgets, each with its name in files: the share, or the size as it was written. */
  private Map<Budget, String> named(EmbeddingLayout uniform) {
    Map<Budget, String> named = new LinkedHashMap<>();
    for (String text : budgets.isEmpty() ? List.of("0.1") : budgets) {
      Budget budget = BudgetText.parse(text, Budget.Unit.of(unit), uniform);
      named.put(budget, Character.isLetter(text.strip().charAt(text.strip().length() - 1)) ? text.replace(" ", "") : String.valueOf(budget.share()));
    }
    return named;
  }

  private void plans(Backend backend, Dataset dataset, Map<Budget, String> named) {
    List<DimensionPlan> plans = SearchMethods.of(method).search(new SearchTask(
        backend, dataset, model.spec(), model.dimension(), train.spec(), List.copyOf(named.keySet()), settings, main.progress(), main.stopRequested(),
        weights == null ? SearchListener.NONE : keep(backend, dataset, named), start == null ? null : superNet -> copy(backend, superNet)));
    stopped();
    for (DimensionPlan plan : plans) {
      Path file = plans.size() == 1 ? output : numbered(named.get(plan.budget()));
      plan.write(file);
      System.out.println(file + ": " + plan.budget() + ", widths " + Arrays.toString(plan.layout().widths()));
    }
  }

  private void copy(Backend backend, CtrModel superNet) {
    try (ModelStore.Stored stored = ModelStore.load(backend, start, 1)) {
      Compactor.copy(stored.model(), superNet);
    }
  }

  private void stopped() {
    if (main.stopRequested().getAsBoolean()) {
      throw new ConfigurationException("interrupted: no plan was written");
    }
  }

  /** Writes the plan of the smallest budget that keeps the loss, and tells what was tried. */
  private void smallest(Backend backend, Dataset dataset, List<Budget> ladder) {
    BudgetSearch search = new BudgetSearch(backend, dataset, model.spec(), model.dimension(), train.spec(), Retrain.FRESH);
    search.progress(main.progress());
    search.stopWhen(main.stopRequested());
    BudgetSearch.Result result = search.run(SearchMethods.of(method), ladder, settings, loss);
    System.out.printf(Locale.ROOT, "%-10s %14s %14s %10s%n", "budget", unit, "validation auc", "loss");
    System.out.printf(Locale.ROOT, "%-10s %14s %14.5f%n", "full", "", result.fullAuc());
    result.tried().forEach(tried -> System.out.printf(
        Locale.ROOT, "%-10s %,14d %14.5f %10.5f%s%n", RunKey.percent(tried.plan().budget().share()), tried.cost(), tried.validationAuc(), tried.loss(),
        tried.good() ? "" : " too much"));
    stopped();
    if (result.best() == null) {
      throw new ConfigurationException("no budget keeps the loss within " + loss + ": no plan was written");
    }
    result.best().write(output);
    System.out.println(output + ": " + result.best().budget() + ", widths " + Arrays.toString(result.best().layout().widths()));
  }

  /** Writes the super-net's weights at every moment that retraining can begin from. */
  private SearchListener keep(Backend backend, Dataset dataset, Map<Budget, String> named) {
    Map<String, String> provenance = Map.of("search", method, "dataset", data.getFileName().toString());
    return new SearchListener() {
      @Override
      public void warmedUp(CtrModel superNet) {
        ModelStore.save(superNet, dataset.encoder(), provenance, weights.resolve("warmup.model"));
      }

      @Override
      public void found(DimensionPlan plan, CtrModel superNet) {
        try (CtrModel compact = Compactor.compact(backend, superNet, plan.layout(), 1)) {
          ModelStore.save(compact, dataset.encoder(), provenance, weights.resolve(named.get(plan.budget()) + ".model"));
        }
      }
    };
  }

  private Path numbered(String budget) {
    String name = output.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String numbered = dot < 0 ? name + "-" + budget : name.substring(0, dot) + "-" + budget + name.substring(dot);
    return output.resolveSibling(numbered);
  }
}
