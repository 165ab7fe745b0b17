package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Part;
import io.dimsieve.model.CtrModel;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.train.StepHook;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.util.List;

/**
 * The control for methods that keep single entries: train the uniform model, keep its largest entries, over all fields together.
 *
 * <p>With {@code schedule=deeplight} the model is pruned while it trains, for {@code epochs} (8) epochs in all (DeepLight, Deng et al., WSDM
 * 2021): after {@code warmup} (2) epochs, in every tenth step, the smallest share R (1 − 0.99^(n / damping)) of all entries is set to 0, n steps
 * after the warm-up. They learn on, so they may grow again. R is {@code rate}, by default what the smallest budget must lose; {@code damping} is
 * 100, which suits runs of 100,000 steps: give less for short ones.
 */
public final class EntryMagnitude implements SearchMethod {

  private static final int EVERY = 10; // steps
  private static final double DECAY = 0.99;

  @Override
  public String name() {
    return "entries";
  }

  @Override
  public String summary() {
    return "control: single entries of the trained model ranked by magnitude (DeepLight, Deng et al. 2021)";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    EntryCounts.check(this, task);
    task.allow("schedule", "warmup", "epochs", "rate", "damping");
    String schedule = task.setting("schedule", "none");
    if (!schedule.equals("none") && !schedule.equals("deeplight")) {
      throw new ConfigurationException("setting schedule must be none or deeplight, not '" + schedule + "'");
    }
    boolean pruned = schedule.equals("deeplight");
    if (!pruned && task.settings().keySet().stream().anyMatch(name -> !name.equals("schedule"))) {
      throw new ConfigurationException("settings other than schedule=deeplight belong to that schedule");
    }
    try (CtrModel model = pruned ? deepLight(task) : task.trainedModel(0)) {
      float[][] magnitudes = EntrySelection.magnitudes(model.embeddings());
      List<DimensionPlan> plans = task.budgets().stream()
          .map(budget -> task.plan(this, budget, EntrySelection.select(task.uniform(), magnitudes, budget)))
          .toList();
      plans.forEach(plan -> task.listener().found(plan, model));
      return plans;
    }
  }

  private static CtrModel deepLight(SearchTask task) {
    TrainSpec spec = task.train().withPatience(0).withEpochs((int) task.number("epochs", 8, 1, 10_000));
    CtrModel model = task.superNet(spec.batchSize());
    try (Trainer trainer = new Trainer(model, spec, task.dataset())) {
      task.listener().warmedUp(model);
      trainer.progress(task.progress());
      trainer.stopWhen(task.stop());
      trainer.add(new Pruning(task, trainer.step()));
      trainer.fit();
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** DeepLight's schedule. */
  private static final class Pruning implements StepHook {

    private final TrainingStep training;
    private final EmbeddingTable table;
    private final long warmup;
    private final double rate;
    private final double damping;

    Pruning(SearchTask task, TrainingStep training) {
      this.training = training;
      this.table = training.model().embeddings();
      int batch = task.train().batchSize();
      this.warmup = Math.round(task.number("warmup", 2, 0, 10_000) * ((task.dataset().rows(Part.TRAIN) + batch - 1) / batch));
      double smallest = task.budgets().stream().mapToDouble(Budget::share).min().orElse(1);
      this.rate = task.number("rate", 1 - smallest, 0, 1);
      this.damping = task.number("damping", 100, 1e-3, 1e9);
    }

    @Override
    public void afterUpdate(long step) {
      long done = step - warmup;
      if (done > 0 && done % EVERY == 0) {
        training.flush();
        prune(rate * (1 - Math.pow(DECAY, done / damping)));
      }
    }

    private void prune(double share) {
      float[][] magnitudes = EntrySelection.magnitudes(table);
      int least = EntrySelection.least(magnitudes, (long) Math.ceil((1 - share) * table.values().size()));
      for (int f = 0; f < magnitudes.length; f++) {
        float[] values = table.values().get(table.base(f), magnitudes[f].length);
        for (int i = 0; i < values.length; i++) {
          if (Float.floatToRawIntBits(magnitudes[f][i]) < least) {
            values[i] = 0;
          }
        }
        table.values().set(table.base(f), values);
      }
    }
  }
}
