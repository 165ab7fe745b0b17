package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.Compactor;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchMethod;
import io.dimsieve.search.SearchTask;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * One model on one dataset with one seed: searches plans and finds out how good their models are, as they would be served (rounded to their
 * precision). What a study and a budget search are made of. Keeps the full model once it is trained, for the methods that look at one; it
 * is the model they would train.
 */
final class Experiment implements AutoCloseable {

  /** What a search found. It owns the models that training can begin with. */
  static final class Found implements AutoCloseable {

    private final Map<Budget, CtrModel> models = new HashMap<>();
    private final Map<Budget, Outcome> finished = new HashMap<>();
    private List<DimensionPlan> plans = List.of();
    private double seconds;

    /** One plan a budget, in their order. */
    List<DimensionPlan> plans() {
      return plans;
    }

    /** Wall time of the search, the training of the full model included where the method looked at it. */
    double seconds() {
      return seconds;
    }

    @Override
    public void close() {
      models.values().forEach(CtrModel::close);
      models.clear();
    }
  }

  private final Backend backend;
  private final Dataset dataset;
  private final ModelSpec model;
  private final int dimension;
  private final TrainSpec train;
  private final Retrain retrain;
  private final Progress progress;
  private final BooleanSupplier stop;
  private CtrModel full;
  private double fullSeconds;

  /**
   * An experiment.
   *
   * @param dimension base dimension D
   * @param stop asked before every step
   */
  Experiment(
      Backend backend, Dataset dataset, ModelSpec model, int dimension, TrainSpec train, Retrain retrain, Progress progress, BooleanSupplier stop) {
    this.backend = backend;
    this.dataset = dataset;
    this.model = model;
    this.dimension = dimension;
    this.train = train;
    this.retrain = retrain;
    this.progress = progress;
    this.stop = stop;
  }

  /** The key of a run of this experiment. */
  RunKey key(String method, double budget) {
    return new RunKey(model.architecture(), method, budget, train.seed());
  }

  /** All columns of all fields. */
  EmbeddingLayout uniform() {
    return EmbeddingLayout.uniform(dimension, dataset.rows());
  }

  /** Searches once for all budgets; null when somebody asked to stop. */
  Found search(SearchMethod method, List<Budget> budgets, Map<String, String> settings) {
    Found found = new Found();
    SearchListener listener = new SearchListener() {
      @Override
      public void found(DimensionPlan plan, CtrModel superNet) {
        keep(found, method, plan, superNet);
      }
    };
    boolean whole = false;
    try {
      long start = System.nanoTime();
      double[] saved = {0};
      found.plans = method.search(new SearchTask(
          backend, dataset, model, dimension, train, budgets, settings, progress, stop, listener, superNet -> saved[0] = copyFull(superNet)));
      found.seconds = saved[0] + (System.nanoTime() - start) * 1e-9;
      whole = !stop.getAsBoolean();
    } finally {
      if (!whole) {
        found.close();
      }
    }
    if (whole && !method.retrains() && !found.finished.keySet().containsAll(budgets)) {
      throw new ConfigurationException("method " + method.name() + " needs no retraining, but gave no trained model");
    }
    return whole ? found : null;
  }

  /** Gives the super-net the weights of the full model; gives the seconds that were saved by having it. */
  private double copyFull(CtrModel superNet) {
    double saved = full == null ? 0 : fullSeconds;
    if (full == null) {
      full();
    }
    if (full != null) {
      Compactor.copy(full, superNet);
    }
    return saved;
  }

  private void keep(Found found, SearchMethod method, DimensionPlan plan, CtrModel superNet) {
    if (stop.getAsBoolean() || (method.retrains() && retrain == Retrain.FRESH)) {
      return;
    }
    CtrModel compact = Compactor.compact(backend, superNet, plan.layout(), train.batchSize());
    if (method.retrains()) {
      found.models.put(plan.budget(), compact);
      return;
    }
    try (compact) {
      found.finished.put(plan.budget(), tested(compact, Double.NaN, List.of(), 0));
    }
  }

  /** How good the model of one of the found plans is; trains it unless the search did. Null when somebody asked to stop. */
  Outcome outcome(Found found, int plan) {
    Budget budget = found.plans.get(plan).budget();
    Outcome finished = found.finished.get(budget);
    if (finished != null) {
      return finished;
    }
    CtrModel begun = found.models.remove(budget);
    EmbeddingLayout layout = found.plans.get(plan).layout();
    try (CtrModel trained = begun != null ? begun : fresh(layout)) {
      return train(trained);
    }
  }

  /** Trains and tests the model of all columns; null when somebody asked to stop. */
  Outcome full() {
    close();
    CtrModel trained = fresh(uniform());
    Outcome outcome = null;
    try {
      outcome = train(trained);
    } finally {
      if (outcome == null) {
        trained.close();
      }
    }
    if (outcome != null) {
      full = trained;
      fullSeconds = outcome.seconds();
    }
    return outcome;
  }

  private CtrModel fresh(EmbeddingLayout layout) {
    CtrModel fresh = new CtrModel(backend, model, layout, train.batchSize());
    fresh.initialize(train.seed());
    return fresh;
  }

  private Outcome train(CtrModel begun) {
    try (Trainer trainer = new Trainer(begun, train, dataset.truncated(begun.layout().rows()))) {
      trainer.progress(progress);
      trainer.stopWhen(stop);
      Trainer.Result result = trainer.fit();
      List<Double> curve = result.epochs().stream().map(epoch -> epoch.validation().auc()).toList();
      return result.interrupted() ? null : tested(begun, result.best().validation().auc(), curve, result.seconds());
    }
  }

  /**
   * How good a model is once its tables are rounded to the precision they are stored in.
   *
   * @param validationAuc of the weights as they are; NaN when it is not known
   */
  private Outcome tested(CtrModel trained, double validationAuc, List<Double> curve, double seconds) {
    Dataset view = dataset.truncated(trained.layout().rows());
    boolean rounded = trained.layout().precision() != Precision.F32 && trained.embeddings() != null;
    trained.roundToStored();
    double auc = rounded || Double.isNaN(validationAuc) ? Evaluator.evaluate(trained, view, Part.VALIDATION).auc() : validationAuc;
    return new Outcome(Evaluator.evaluate(trained, view, dataset.rows(Part.TEST) > 0 ? Part.TEST : Part.VALIDATION), auc, curve, seconds);
  }

  /** Forgets the full model. */
  @Override
  public void close() {
    if (full != null) {
      full.close();
      full = null;
    }
  }
}
