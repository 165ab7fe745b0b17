package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.tensor.EmbeddingLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Search methods × budgets × seeds × models on one dataset. Every finished run is a line of {@code runs.csv} in the study's folder and is not run again: a
 * study that was stopped goes on where it was, and ends with the same lines as one that was not (but for the seconds). A search is done once for all
 * budgets of a model, method and seed; it is repeated when only some of its runs are there.
 */
public final class Study {

  private final Backend backend;
  private final Dataset dataset;
  private final StudySpec spec;
  private final Path folder;
  private Progress progress = Progress.NONE;
  private BooleanSupplier stop = () -> false;

  /**
   * A study.
   *
   * @param folder where its files are; made when it is not there
   */
  public Study(Backend backend, Dataset dataset, StudySpec spec, Path folder) {
    this.backend = backend;
    this.dataset = dataset;
    this.spec = spec;
    this.folder = folder;
  }

  public void progress(Progress listener) {
    progress = listener;
  }

  /** Asked before every step; true ends the study as soon as possible, without a line for the run in progress. */
  public void stopWhen(BooleanSupplier requested) {
    stop = requested;
  }

  /**
   * Does what is not done yet.
   *
   * @return all runs of the folder, those of earlier calls too
   * @throws io.dimsieve.ModelFormatException when the runs that are there were made with other settings
   */
  public List<RunRecord> run() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ConfigurationException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    try (RunLog log = RunLog.open(folder)) {
      StudyDescription.of(spec, dataset).join(folder, !log.runs().isEmpty());
      RunProgress shown = new RunProgress(progress, spec.runs(), (int) log.runs().stream().filter(run -> wanted(run.key())).count());
      log.runs().forEach(run -> shown.took(run.trainSeconds() + run.searchSeconds() / spec.shares().size()));
      for (ModelSpec model : spec.models()) {
        for (long seed : spec.seeds()) {
          try (Experiment experiment =
              new Experiment(backend, dataset, model, spec.dimension(), spec.train().withSeed(seed), spec.retrain(), shown, stop)) {
            full(experiment, log, shown);
            spec.methods().forEach(method -> compare(experiment, method, log, shown));
          }
        }
      }
      return List.copyOf(log.runs());
    }
  }

  /** The finished runs of a folder, in the order they were finished. */
  public static List<RunRecord> finished(Path folder) {
    return RunLog.read(folder);
  }

  /** True when the runs of the folder are all that the study wants. */
  public boolean complete(Collection<RunRecord> runs) {
    return runs.stream().filter(run -> wanted(run.key())).count() == spec.runs();
  }

  private boolean wanted(RunKey key) {
    return spec.models().stream().anyMatch(model -> model.architecture().equals(key.model())) && spec.seeds().contains(key.seed())
        && (key.method().equals(StudySpec.FULL) || (spec.methods().contains(key.method()) && spec.shares().contains(key.budget())));
  }

  private void full(Experiment experiment, RunLog log, RunProgress shown) {
    RunKey key = experiment.key(StudySpec.FULL, 1);
    if (!log.has(key) && !stop.getAsBoolean()) {
      shown.start(key.toString());
      add(key, experiment.uniform(), experiment.full(), 0, log, shown);
    }
  }

  private void compare(Experiment experiment, String method, RunLog log, RunProgress shown) {
    List<Budget> budgets = spec.budgets();
    List<RunKey> keys = budgets.stream().map(budget -> experiment.key(method, budget.share())).toList();
    if (keys.stream().allMatch(log::has) || stop.getAsBoolean()) {
      return;
    }
    shown.start(keys.get(0).model() + " " + method + " seed " + keys.get(0).seed() + ", search");
    try (Experiment.Found found = experiment.search(SearchMethods.of(method), budgets, spec.settings(method))) {
      for (int i : IntStream.range(0, keys.size()).toArray()) {
        if (found != null && !log.has(keys.get(i)) && !stop.getAsBoolean()) {
          shown.start(keys.get(i).toString());
          add(keys.get(i), found.plans().get(i).layout(), experiment.outcome(found, i), found.seconds(), log, shown);
        }
      }
    }
  }

  private void add(RunKey key, EmbeddingLayout layout, Outcome outcome, double searchSeconds, RunLog log, RunProgress shown) {
    if (outcome == null) {
      return;
    }
    Budget whole = new Budget(1, Budget.Unit.BYTES);
    long bytes = whole.cost(layout);
    List<Double> widths = IntStream.range(0, layout.fields()).mapToObj(f -> meanWidth(layout, f, dataset.rows()[f])).toList();
    RunRecord run = log.append(new RunRecord(
        key, outcome.test().auc(), outcome.test().logLoss(), outcome.validationAuc(), bytes,
        (double) bytes / whole.cost(EmbeddingLayout.uniform(spec.dimension(), dataset.rows())), layout.parameters(), searchSeconds,
        outcome.seconds(), outcome.curve().size(), widths, outcome.curve()));
    shown.took(run.trainSeconds() + run.searchSeconds() / spec.shares().size());
    String trained =
        run.epochs() == 0 ? "weights of the search" : String.format(Locale.ROOT, "%d epochs in %.1f s", run.epochs(), run.trainSeconds());
    shown.finished(String.format(
        Locale.ROOT, "test auc %.4f logloss %.4f, %,d bytes, %s", run.testAuc(), run.testLogLoss(), run.bytes(), trained));
  }

  /** Columns that a value of the field has in the mean; a value that lost its row has none. */
  private static double meanWidth(EmbeddingLayout layout, int field, int values) {
    long entries = layout.rowMasks() != null ? layout.rowMasks().entries(field) : (long) layout.rows(field) * layout.width(field);
    return (double) entries / values;
  }
}
