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
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * One model on one dataset with one seed: searches plans and finds out how good their models are. What a study and a budget search are made of.
 *
 * @param dimension base dimension D
 * @param stop asked before every step
 */
record Experiment(
    Backend backend, Dataset dataset, ModelSpec model, int dimension, TrainSpec train, Retrain retrain, Progress progress, BooleanSupplier stop) {

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

    /** Wall time of the search. */
    double seconds() {
      return seconds;
    }

    @Override
    public void close() {
      models.values().forEach(CtrModel::close);
      models.clear();
    }
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
      found.plans = method.search(new SearchTask(backend, dataset, model, dimension, train, budgets, settings, progress, stop, listener));
      found.seconds = (System.nanoTime() - start) * 1e-9;
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
      Dataset view = dataset.truncated(plan.layout().rows());
      found.finished.put(
          plan.budget(),
          new Outcome(Evaluator.evaluate(compact, view, tested()), Evaluator.evaluate(compact, view, Part.VALIDATION).auc(), List.of(), 0));
    }
  }

  /** How good the model of one of the found plans is; trains it unless the search did. Null when somebody asked to stop. */
  Outcome outcome(Found found, int plan) {
    Budget budget = found.plans.get(plan).budget();
    Outcome finished = found.finished.get(budget);
    return finished != null ? finished : train(found.plans.get(plan).layout(), found.models.remove(budget));
  }

  /** Trains a model of that layout and tests it; null when somebody asked to stop. */
  Outcome train(EmbeddingLayout layout) {
    return train(layout, null);
  }

  private Outcome train(EmbeddingLayout layout, CtrModel begun) {
    try (CtrModel trained = begun != null ? begun : new CtrModel(backend, model, layout, train.batchSize())) {
      if (begun == null) {
        trained.initialize(train.seed());
      }
      Dataset view = dataset.truncated(layout.rows());
      try (Trainer trainer = new Trainer(trained, train, view)) {
        trainer.progress(progress);
        trainer.stopWhen(stop);
        Trainer.Result result = trainer.fit();
        if (result.interrupted()) {
          return null;
        }
        return new Outcome(
            Evaluator.evaluate(trained, view, tested()), result.best().validation().auc(),
            result.epochs().stream().map(epoch -> epoch.validation().auc()).toList(), result.seconds());
      }
    }
  }

  private Part tested() {
    return dataset.rows(Part.TEST) > 0 ? Part.TEST : Part.VALIDATION;
  }
}
