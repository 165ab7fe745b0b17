package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What a search works on.
 *
 * @param dimension base dimension D of the super-net
 * @param budgets one plan is wanted for each
 * @param settings of the method, by name; unknown names are refused by the method
 * @param stop asked before every step
 * @param listener gets the super-net's weights when there is something to keep
 */
public record SearchTask(
    Backend backend, Dataset dataset, ModelSpec model, int dimension, TrainSpec train, List<Budget> budgets, Map<String, String> settings,
    Progress progress, BooleanSupplier stop, SearchListener listener) {

  public SearchTask {
    budgets = List.copyOf(budgets);
    settings = Map.copyOf(settings);
    if (budgets.isEmpty()) {
      throw new ConfigurationException("a search needs at least one budget");
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

  /** Refuses settings the method does not have. */
  void allow(String... names) {
    for (String name : settings.keySet()) {
      if (!Arrays.asList(names).contains(name)) {
        throw new ConfigurationException("unknown setting '" + name + "': " + (names.length == 0 ? "this method has none" : String.join(", ", names)));
      }
    }
  }
}
