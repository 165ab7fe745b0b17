package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What a search works on.
 *
 * @param dimension base dimension D of the super-net
 * @param budgets one plan is wanted for each
 * @param settings of the method, by name; unknown names are refused by the method
 * @param stop asked before every step
 * @param listener gets the super-net's weights when there is something to keep
 * @param pretrained gives a uniform model the weights of one trained before, for methods that look at a trained model; null: they train one
 */
public record SearchTask(
    Backend backend, Dataset dataset, ModelSpec model, int dimension, TrainSpec train, List<Budget> budgets, Map<String, String> settings,
    Progress progress, BooleanSupplier stop, SearchListener listener, Consumer<CtrModel> pretrained) {

  public SearchTask {
    budgets = List.copyOf(budgets);
    settings = Map.copyOf(settings);
    if (budgets.isEmpty()) {
      throw new ConfigurationException("a search needs at least one budget");
    }
    if (budgets.stream().distinct().count() < budgets.size()) {
      throw new ConfigurationException("a budget is given twice");
    }
  }

  /** A task without a model trained before. */
  public SearchTask(
      Backend backend, Dataset dataset, ModelSpec model, int dimension, TrainSpec train, List<Budget> budgets, Map<String, String> settings,
      Progress progress, BooleanSupplier stop, SearchListener listener) {
    this(backend, dataset, model, dimension, train, budgets, settings, progress, stop, listener, null);
  }

  /** A uniform model with embeddings and initial weights. */
  CtrModel superNet(int capacity) {
    CtrModel superNet = new CtrModel(backend, model, uniform(), capacity);
    if (superNet.embeddings() == null) {
      superNet.close();
      throw new ConfigurationException("model " + model.architecture() + " has no embeddings to search");
    }
    superNet.initialize(train.seed());
    return superNet;
  }

  /** A uniform model trained to its best validation AUC, here or before. */
  CtrModel trainedModel(int capacity) {
    CtrModel superNet = superNet(Math.max(capacity, train.batchSize()));
    try {
      if (pretrained != null) {
        pretrained.accept(superNet);
      } else {
        try (Trainer trainer = new Trainer(superNet, train, dataset)) {
          trainer.progress(progress);
          trainer.stopWhen(stop);
          trainer.fit();
        }
      }
      return superNet;
    } catch (RuntimeException | Error e) {
      superNet.close();
      throw e;
    }
  }

  /** The super-net's layout: all columns of all fields. */
  public EmbeddingLayout uniform() {
    return EmbeddingLayout.uniform(dimension, dataset.rows());
  }

  /** Field names, in order. */
  public List<String> fieldNames() {
    return dataset.encoder().schema().fields().stream().map(field -> field.name()).toList();
  }

  /** A plan for one of the budgets. */
  DimensionPlan plan(SearchMethod method, Budget budget, EmbeddingLayout layout) {
    return new DimensionPlan(fieldNames(), Arrays.stream(dataset.rows()).boxed().toList(), layout, method.name(), budget, train.seed(), Map.copyOf(settings));
  }

  /** A setting as text, or what stands for it. */
  String setting(String name, String standard) {
    return settings.getOrDefault(name, standard);
  }

  /** A numeric setting within bounds. */
  double number(String name, double standard, double least, double most) {
    String text = settings.get(name);
    if (text == null) {
      return standard;
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ConfigurationException("setting " + name + " must be a number in [" + least + ", " + most + "], not '" + text + "'");
  }

  /** A setting that is one of an enumeration's names. */
  <E extends Enum<E>> E choice(String name, E standard) {
    String text = setting(name, standard.name());
    E[] all = standard.getDeclaringClass().getEnumConstants();
    for (E value : all) {
      if (value.name().equalsIgnoreCase(text)) {
        return value;
      }
    }
    throw new ConfigurationException(
        "setting " + name + " must be one of " + Arrays.toString(all).toLowerCase(Locale.ROOT) + ", not '" + text + "'");
  }

  /** True for the second word, false for the first, which is the default. */
  boolean flag(String name, String no, String yes) {
    String text = setting(name, no);
    if (!text.equals(no) && !text.equals(yes)) {
      throw new ConfigurationException("setting " + name + " must be " + no + " or " + yes + ", not '" + text + "'");
    }
    return text.equals(yes);
  }

  /** Refuses settings the method does not have. */
  void allow(String... names) {
    for (String name : settings.keySet()) {
      if (!Arrays.asList(names).contains(name)) {
        throw new ConfigurationException("unknown setting '" + name + "': " + (names.length == 0 ? "this method has none" : String.join(", ", names)));
      }
    }
  }
}
