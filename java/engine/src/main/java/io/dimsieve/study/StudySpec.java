package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.train.TrainSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a study compares: every method at every budget with every seed, for every model. The full uniform model is always trained as the reference, and
 * {@code uniform} is always among the methods.
 *
 * @param models one for each architecture, the same but for that
 * @param methods names of search methods
 * @param shares of the uniform tables that budgets allow
 * @param unit what a budget counts
 * @param dimension base dimension D
 * @param train how super-nets and compacted models are trained; its seed stands for nothing
 * @param settings of the methods, by method and name
 */
public record StudySpec(
    List<ModelSpec> models, List<String> methods, List<Double> shares, Budget.Unit unit, List<Long> seeds, int dimension, TrainSpec train,
    Map<String, Map<String, String>> settings, Retrain retrain) {

  /** Name of the uniform model of all columns in tables and files. */
  public static final String FULL = "full";
  /** Name of the method that is always compared with. */
  public static final String UNIFORM = "uniform";

  public StudySpec {
    List<String> all = new ArrayList<>(methods);
    if (!all.contains(UNIFORM)) {
      all.add(UNIFORM);
    }
    all.forEach(SearchMethods::of);
    models = different("models", models);
    methods = different("methods", all);
    shares = different("budgets", shares);
    seeds = different("seeds", seeds);
    different("models", models.stream().map(ModelSpec::architecture).toList());
    shares.forEach(share -> new Budget(share, Budget.Unit.BYTES));
    for (String method : settings.keySet()) {
      if (!methods.contains(method)) {
        throw new ConfigurationException("settings for '" + method + "', which is not compared: " + String.join(", ", methods));
      }
    }
    Map<String, Map<String, String>> copy = new TreeMap<>();
    settings.forEach((method, own) -> copy.put(method, new TreeMap<>(own)));
    settings = copy;
  }

  private static <T> List<T> different(String what, List<T> values) {
    if (values.isEmpty() || new HashSet<>(values).size() != values.size()) {
      throw new ConfigurationException("a study needs different " + what + ", not " + values);
    }
    return List.copyOf(values);
  }

  /** Budgets in the order given. */
  public List<Budget> budgets() {
    return shares.stream().map(share -> new Budget(share, unit)).toList();
  }

  /** Settings of a method; none when nothing was set. */
  public Map<String, String> settings(String method) {
    return settings.getOrDefault(method, Map.of());
  }

  /** Trainings the whole study consists of. */
  public int runs() {
    return models.size() * seeds.size() * (1 + methods.size() * shares.size());
  }
}
