package io.dimsieve.study;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The runs of a study with their seeds put together: one row for each model, method and budget. */
public final class StudySummary {

  /** Methods that the others are held against at equal budgets. */
  public static final List<String> CONTROLS = List.of("uniform", "magnitude");

  /**
   * A method at a budget, over seeds.
   *
   * @param share of the bytes of the uniform tables, in the mean
   * @param widths mean kept columns per row, one for each field
   * @param behind controls whose test AUC at this budget is better by more than the combined standard error
   * @param runs one for each seed
   */
  public record Row(
      String model, String method, double budget, Statistic auc, Statistic logLoss, double bytes, double share, double parameters,
      double searchSeconds, double trainSeconds, List<Double> widths, List<String> behind, List<RunRecord> runs) {}

  private record Key(String model, String method, double budget) {}

  private final List<Row> rows = new ArrayList<>();

  /** The summary of some runs: models and methods as they come first, the full model before all, larger budgets before smaller ones. */
  public StudySummary(Collection<RunRecord> runs) {
    Map<Key, List<RunRecord>> groups = new LinkedHashMap<>();
    for (RunRecord run : runs) {
      groups.computeIfAbsent(new Key(run.key().model(), run.key().method(), run.key().budget()), key -> new ArrayList<>()).add(run);
    }
    List<String> models = runs.stream().map(run -> run.key().model()).distinct().toList();
    List<String> methods = new ArrayList<>(new LinkedHashSet<>(runs.stream().map(run -> run.key().method()).toList()));
    if (methods.remove(StudySpec.FULL)) {
      methods.add(0, StudySpec.FULL);
    }
    groups.keySet().stream()
        .sorted(Comparator.comparingInt((Key key) -> models.indexOf(key.model)).thenComparing(Comparator.comparingDouble(Key::budget).reversed())
            .thenComparingInt(key -> methods.indexOf(key.method)))
        .forEach(key -> rows.add(row(key, groups)));
  }

  private static Row row(Key key, Map<Key, List<RunRecord>> groups) {
    List<RunRecord> runs = groups.get(key).stream().sorted(Comparator.comparingLong(run -> run.key().seed())).toList();
    Statistic auc = statistic(runs, RunRecord::testAuc);
    List<String> behind = CONTROLS.stream()
        .filter(control -> !key.method.equals(control) && groups.containsKey(new Key(key.model, control, key.budget)))
        .filter(control -> auc.below(statistic(groups.get(new Key(key.model, control, key.budget)), RunRecord::testAuc))).toList();
    List<Double> widths = IntStream.range(0, runs.get(0).widths().size()).mapToObj(f -> statistic(runs, run -> run.widths().get(f)).mean()).toList();
    return new Row(
        key.model, key.method, key.budget, auc, statistic(runs, RunRecord::testLogLoss), statistic(runs, RunRecord::bytes).mean(),
        statistic(runs, RunRecord::share).mean(), statistic(runs, RunRecord::parameters).mean(), statistic(runs, RunRecord::searchSeconds).mean(),
        statistic(runs, RunRecord::trainSeconds).mean(), widths, behind, runs);
  }

  private static Statistic statistic(List<RunRecord> runs, ToDoubleFunction<RunRecord> quantity) {
    return Statistic.of(runs.stream().map(quantity::applyAsDouble).toList());
  }

  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Names of the models. */
  public Set<String> models() {
    return rows.stream().map(Row::model).collect(LinkedHashSet::new, Set::add, Set::addAll);
  }

  /** Rows of one model. */
  public List<Row> rows(String model) {
    return rows.stream().filter(row -> row.model.equals(model)).toList();
  }

  /** Rows of a method, from the largest budget to the smallest. */
  public List<Row> rows(String model, String method) {
    return rows.stream().filter(row -> row.model.equals(model) && row.method.equals(method)).toList();
  }

  /** Search methods compared for a model, without the full model; {@code uniform} comes last. */
  public List<String> methods(String model) {
    return rows(model).stream().map(Row::method).distinct().filter(method -> !method.equals(StudySpec.FULL))
        .sorted(Comparator.comparing((String method) -> method.equals(StudySpec.UNIFORM))).toList();
  }
}
