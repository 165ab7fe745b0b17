package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.search.Budget;
import io.dimsieve.model.CtrModel;
import io.dimsieve.search.Compactor;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchTask;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "search", mixinStandardHelpOptions = true,
    description = "Finds which embedding columns each field keeps under one or several budgets, and writes a dimension plan for each.")
final class SearchCommand implements Callable<Integer> {

  @ParentCommand private Main main;

  @Parameters(index = "0", paramLabel = "DATASET", description = "dataset file")
  private Path data;

  @Option(names = "--method", defaultValue = "ham", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})", completionCandidates = MethodNames.class)
  private String method;

  @Option(
      names = "--budget", split = ",", defaultValue = "0.1", paramLabel = "SHARE",
      description = "shares of the uniform tables to keep, each in (0, 1] (default: ${DEFAULT-VALUE})")
  private List<Double> budgets;

  @Option(names = "--unit", defaultValue = "bytes", description = "what a budget counts: parameters, bytes or dimensions (default: ${DEFAULT-VALUE})")
  private String unit;

  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "a setting of the method")
  private Map<String, String> settings = Map.of();

  @Option(
      names = {"-o", "--output"}, required = true, paramLabel = "PLAN",
      description = "plan file to write; with several budgets the share is put before its extension")
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
    List<Budget> shares = budgets.stream().map(share -> new Budget(share, Budget.Unit.of(unit))).toList();
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data)) {
      List<DimensionPlan> plans = SearchMethods.of(method).search(new SearchTask(
          backend, dataset, model.spec(), model.dimension(), train.spec(), shares, settings, main.progress(), main.stopRequested(),
          weights == null ? SearchListener.NONE : keep(backend, dataset), start == null ? null : superNet -> copy(backend, superNet)));
      if (main.stopRequested().getAsBoolean()) {
        throw new ConfigurationException("interrupted: no plan was written");
      }
      for (int i = 0; i < plans.size(); i++) {
        Path file = plans.size() == 1 ? output : numbered(shares.get(i).share());
        plans.get(i).write(file);
        System.out.println(file + ": " + shares.get(i) + ", widths " + Arrays.toString(plans.get(i).layout().widths()));
      }
      return 0;
    }
  }

  private void copy(Backend backend, CtrModel superNet) {
    try (ModelStore.Stored stored = ModelStore.load(backend, start, 1)) {
      Compactor.copy(stored.model(), superNet);
    }
  }

  /** Writes the super-net's weights at every moment that retraining can begin from. */
  private SearchListener keep(Backend backend, Dataset dataset) {
    Map<String, String> provenance = Map.of("search", method, "dataset", data.getFileName().toString());
    return new SearchListener() {
      @Override
      public void warmedUp(CtrModel superNet) {
        ModelStore.save(superNet, dataset.encoder(), provenance, weights.resolve("warmup.model"));
      }

      @Override
      public void found(DimensionPlan plan, CtrModel superNet) {
        try (CtrModel compact = Compactor.compact(backend, superNet, plan.layout(), 1)) {
          ModelStore.save(compact, dataset.encoder(), provenance, weights.resolve(plan.budget().share() + ".model"));
        }
      }
    };
  }

  private Path numbered(double share) {
    String name = output.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String numbered = dot < 0 ? name + "-" + share : name.substring(0, dot) + "-" + share + name.substring(dot);
    return output.resolveSibling(numbered);
  }
}
