package io.dimsieve.search;

import io.dimsieve.model.CtrModel;
import io.dimsieve.optimizer.ThresholdOptimizer;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.StepHook;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Plug-in embedding pruning (Liu et al., ICLR 2021): a model is trained on embeddings behind soft thresholds that learn with them,
 * sign(V) relu(|V| − σ(s)); entries that fall below their threshold are 0, and the plan keeps the others, entry by entry.
 *
 * <p>One run serves all budgets. After every step the entries left are counted; as soon as their cost is down to a budget, the entries alive
 * then are its plan. A step may take more than it had to, never less, so no budget is exceeded. Budgets that are not reached within the epochs
 * get the largest of the entries then alive.
 *
 * <p>The listener's warmed-up model is the one before the first step: retraining a plan from it is the paper's lottery ticket. Gradients are
 * not clipped (the official code clips at norm 100, which the mean loss of a batch does not come near). Searches cannot be resumed.
 */
public final class Pep implements SearchMethod {

  @Override
  public String name() {
    return "pep";
  }

  @Override
  public String summary() {
    return "learned soft thresholds on single entries (Liu et al. 2021)";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    EntryCounts.check(this, task);
    PepSettings settings = PepSettings.of(task);
    TrainSpec spec = task.train().withPatience(0).withEpochs(settings.epochs());
    try (CtrModel model = task.superNet(spec.batchSize())) {
      task.listener().warmedUp(model);
      Run run = new Run(this, task, model);
      TrainingStep step = new TrainingStep(
          model, spec,
          groups -> run.optimizer = new ThresholdOptimizer(
              task.backend(), model.tape().arena(), settings.spec(), settings.thresholds(), model.embeddings(), groups,
              model.lookup().keepMatrix().gradient()));
      try (Trainer trainer = new Trainer(spec, task.dataset(), step)) {
        trainer.progress(task.progress());
        trainer.stopWhen(task.stop());
        trainer.add(run);
        trainer.fit();
        return run.plans();
      }
    }
  }

  /** One search: what is left, and the plans taken so far. */
  private static final class Run implements StepHook {

    private final Pep method;
    private final SearchTask task;
    private final CtrModel model;
    private final EmbeddingLayout uniform;
    private final EntryCounts counts;
    private final List<Integer> pending; // places of budgets in the task, the largest first
    private final DimensionPlan[] plans;
    private ThresholdOptimizer optimizer;

    Run(Pep method, SearchTask task, CtrModel model) {
      this.method = method;
      this.task = task;
      this.model = model;
      this.uniform = task.uniform();
      this.counts = new EntryCounts(uniform.fields());
      this.plans = new DimensionPlan[task.budgets().size()];
      this.pending = IntStream.range(0, plans.length).boxed()
          .sorted(Comparator.comparingDouble((Integer i) -> task.budgets().get(i).share()).reversed())
          .collect(Collectors.toCollection(ArrayList::new));
    }

    @Override
    public void afterUpdate(long step) {
      for (int f = 0; f < uniform.fields(); f++) {
        counts.entries()[f] = optimizer.entries(f);
        counts.occupied()[f] = optimizer.occupiedRows(f);
        counts.columns()[f] = optimizer.columns(f);
      }
      pending.removeIf(i -> {
        Budget budget = task.budgets().get(i);
        boolean met = counts.cost(uniform, budget.unit()) <= budget.limit(uniform);
        if (met) {
          take(i, EntrySelection.nonZero(uniform, EntrySelection.magnitudes(model.embeddings())));
        }
        return met;
      });
    }

    private void take(int i, EmbeddingLayout layout) {
      plans[i] = task.plan(method, task.budgets().get(i), layout);
      task.listener().found(plans[i], model);
    }

    @Override
    public boolean done() {
      return pending.isEmpty();
    }

    List<DimensionPlan> plans() {
      float[][] magnitudes = pending.isEmpty() ? null : EntrySelection.magnitudes(model.embeddings());
      pending.forEach(i -> take(i, EntrySelection.select(uniform, magnitudes, task.budgets().get(i))));
      pending.clear();
      return List.of(plans);
    }
  }
}
