package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.search.Budget;
import io.dimsieve.study.BudgetText;
import io.dimsieve.study.Retrain;
import io.dimsieve.study.RunRecord;
import io.dimsieve.study.Study;
import io.dimsieve.study.StudySpec;
import io.dimsieve.study.report.Report;
import io.dimsieve.tensor.EmbeddingLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "compare", mixinStandardHelpOptions = true, modelTransformer = CompareCommand.SeveralInsteadOfOne.class,
    description = "Compares search methods at several budgets, with several seeds and models: trains and tests every combination, and writes runs.csv,"
        + " summary.csv, summary.md and report.html. Stopped, it goes on where it was when called again.")
final class CompareCommand implements Callable<Integer> {

  /** A comparison has {@code --models} and {@code --seeds}, not one of each. */
  static final class SeveralInsteadOfOne implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      for (String name : new String[] {"--model", "--seed"}) {
        spec.remove(spec.findOption(name));
      }
      return spec;
    }
  }

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", arity = "0..1", paramLabel = "DATASET", description = "dataset file; not needed with --report-only")
  private Path data;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "FOLDER", description = "folder of the runs and the report")
  private Path folder;

  @Option(
      names = "--methods", split = ",", defaultValue = "ham,random,magnitude,uniform", paramLabel = "METHOD", completionCandidates = MethodNames.class,
      description = "${COMPLETION-CANDIDATES}; uniform is always compared (default: ${DEFAULT-VALUE})")
  private List<String> methods;

  @Option(
      names = "--budget", split = ",", defaultValue = "0.5,0.25,0.1", paramLabel = "BUDGET",
      description = "shares (0.1), percentages (10%%) or sizes (100MB, 3MiB) of the tables (default: ${DEFAULT-VALUE})")
  private List<String> budgets;

  @Option(names = "--unit", defaultValue = "bytes", description = "what a budget counts: parameters, bytes or dimensions (default: ${DEFAULT-VALUE})")
  private String unit;

  @Option(
      names = "--seeds", split = ",", defaultValue = "1,2,3", paramLabel = "SEED",
      description = "of weights, shuffling and dropout (default: ${DEFAULT-VALUE})")
  private List<Long> seeds;

  @Option(
      names = "--models", split = ",", defaultValue = "deepfm", paramLabel = "MODEL", completionCandidates = ModelNames.class,
      description = "models to compare for: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private List<String> models;

  @Option(names = "--set", paramLabel = "METHOD.NAME=VALUE", description = "a setting of one of the methods, such as ham.gamma=0.5")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--retrain", defaultValue = "fresh",
      description = "weights that compacted models begin with: fresh, or inherit those of the search (default: ${DEFAULT-VALUE})")
  private String retrain;

  @Option(names = "--report-only", description = "write summary and report again from the runs that are there")
  private boolean reportOnly;

  @Mixin private ModelOptions model;
  @Mixin private TrainOptions train;
  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    if (!reportOnly) {
      if (data == null) {
        throw new ParameterException(spec.commandLine(), "Missing required parameter: 'DATASET'");
      }
      if (study().isEmpty()) {
        return 0; // stopped before anything was finished
      }
    }
    System.out.println(Report.write(folder));
    return 0;
  }

  private List<RunRecord> study() {
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data)) {
      EmbeddingLayout uniform = EmbeddingLayout.uniform(model.dimension(), dataset.rows());
      Budget.Unit counted = Budget.Unit.of(unit);
      StudySpec wanted = new StudySpec(
          models.stream().map(model::spec).toList(), methods,
          budgets.stream().map(text -> BudgetText.parse(text, counted, uniform).share()).toList(), counted, seeds, model.dimension(), train.spec(), byMethod(), Retrain.of(retrain));
      Study study = new Study(backend, dataset, wanted, folder);
      study.progress(main.progress());
      study.stopWhen(main.stopRequested());
      List<RunRecord> runs = study.run();
      if (!study.complete(runs)) {
        System.err.println("dimsieve: stopped with " + runs.size() + " runs in " + folder + "; run the same command again to go on");
      }
      return runs;
    }
  }

  private Map<String, Map<String, String>> byMethod() {
    Map<String, Map<String, String>> byMethod = new TreeMap<>();
    settings.forEach((name, value) -> {
      int dot = name.indexOf('.');
      if (dot < 1) {
        throw new ConfigurationException("a setting names its method, such as ham.gamma=0.5, not '" + name + "'");
      }
      byMethod.computeIfAbsent(name.substring(0, dot), method -> new TreeMap<>()).put(name.substring(dot + 1), value);
    });
    return byMethod;
  }
}
