package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchMethod;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Finds the smallest budget whose model is nearly as good as the full one. The full model is trained; a ladder of budgets is searched in one run; then the
 * ladder is bisected: a budget is tried by training its model and comparing validation AUCs. This takes the quality to fall with the budget; where noise
 * makes it rise, the answer still keeps the loss, but a smaller budget of the ladder may have kept it too.
 */
public final class BudgetSearch {

  /** Shares of the ladder when none is given. */
  public static final List<Double> LADDER = List.of(0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0.02);

  /**
   * A budget that was tried.
   *
   * @param cost of its plan, in the budget's unit
   * @param loss validation AUC of the full model minus that of this one
   * @param good whether the loss is allowed
   */
  public record Tried(DimensionPlan plan, long cost, double validationAuc, double loss, boolean good) {}

  /**
   * What came out.
   *
   * @param fullAuc validation AUC of the full model
   * @param tried budgets tried, in this order
   * @param best plan of the smallest budget found that keeps the loss; null when none does
   * @param interrupted true when somebody asked to stop; then there is no best plan
   */
  public record Result(double fullAuc, List<Tried> tried, DimensionPlan best, boolean interrupted) {}

  private final Backend backend;
  private final Dataset dataset;
  private final ModelSpec model;
  private final int dimension;
  private final TrainSpec train;
  private final Retrain retrain;
  private Progress progress = Progress.NONE;
  private BooleanSupplier stop = () -> false;

  /**
   * A search on a dataset.
   *
   * @param dimension base dimension D
   * @param retrain which weights a tried model begins with
   */
  public BudgetSearch(Backend backend, Dataset dataset, ModelSpec model, int dimension, TrainSpec train, Retrain retrain) {
    this.backend = backend;
    this.dataset = dataset;
    this.model = model;
    this.dimension = dimension;
    this.train = train;
    this.retrain = retrain;
  }

  public void progress(Progress listener) {
    progress = listener;
  }

  /** Asked before every step. */
  public void stopWhen(BooleanSupplier requested) {
    stop = requested;
  }

  /**
   * Searches.
   *
   * @param ladder budgets that may be chosen, of one unit
   * @param settings of the method
   * @param allowed how much validation AUC may be lost, not negative
   */
  public Result run(SearchMethod method, List<Budget> ladder, Map<String, String> settings, double allowed) {
    if (!(allowed >= 0 && allowed < 1)) {
      throw new ConfigurationException("the loss of AUC that is allowed must be in [0, 1), is " + allowed);
    }
    List<Budget> budgets = ladder.stream().distinct().sorted(Comparator.comparingDouble(Budget::share)).toList();
    int most = 1 + 32 - Integer.numberOfLeadingZeros(budgets.size());
    RunProgress shown = new RunProgress(progress, most, 0);
    try (Experiment experiment = new Experiment(backend, dataset, model, dimension, train, retrain, shown, stop)) {
      shown.start("full model");
      Outcome full = experiment.full();
      if (full == null) {
        return new Result(Double.NaN, List.of(), null, true);
      }
      shown.took(full.seconds());
      shown.finished("validation auc " + String.format(Locale.ROOT, "%.5f", full.validationAuc()));
      shown.start("search by " + method.name());
      try (Experiment.Found found = experiment.search(method, budgets, settings)) {
        return found == null ? new Result(full.validationAuc(), List.of(), null, true) : bisect(experiment, found, full, allowed, shown);
      }
    }
  }

  /** Plans below {@code low} lose too much, plans from {@code high} on do not, as far as they were tried. */
  private Result bisect(Experiment experiment, Experiment.Found found, Outcome full, double allowed, RunProgress shown) {
    List<Tried> tried = new ArrayList<>();
    int low = 0;
    int high = found.plans().size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      DimensionPlan plan = found.plans().get(middle);
      shown.start(plan.budget().toString());
      Outcome outcome = experiment.outcome(found, middle);
      if (outcome == null) {
        return new Result(full.validationAuc(), tried, null, true);
      }
      double loss = full.validationAuc() - outcome.validationAuc();
      Tried result = new Tried(plan, plan.budget().cost(plan.layout()), outcome.validationAuc(), loss, loss <= allowed);
      tried.add(result);
      shown.took(outcome.seconds());
      shown.finished(String.format(Locale.ROOT, "validation auc %.5f, %s", result.validationAuc(), result.good() ? "good" : "too much is lost"));
      if (result.good()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    DimensionPlan best = high < found.plans().size() ? found.plans().get(high) : null;
    return new Result(full.validationAuc(), List.copyOf(tried), best, false);
  }

  /** Budgets of the standard ladder that hold more than empty tables. */
  public static List<Budget> ladder(Budget.Unit unit, EmbeddingLayout uniform) {
    int[][] none = new int[uniform.fields()][0];
    EmbeddingLayout empty = new EmbeddingLayout(uniform.dimension(), uniform.rows(), none);
    return LADDER.stream().map(share -> new Budget(share, unit)).filter(budget -> budget.limit(uniform) > budget.cost(empty)).toList();
  }
}
