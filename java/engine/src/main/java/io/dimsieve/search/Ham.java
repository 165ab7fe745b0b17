package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Part;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.optimizer.MaskGradientProbe;
import io.dimsieve.optimizer.OrthogonalRegularity;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.train.StepHook;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Structural hard auxiliary mask with orthogonal regularity (Xiao et al., DL4SR@CIKM 2022). A super-net with all columns is trained; behind its
 * embeddings stands a hard mask whose parameters learn by gradient. After a warm-up, pressure closes columns until the smallest budget is met; a plan is
 * taken as each budget is passed. Orthogonal regularity keeps a table's columns from standing in for each other, which would blur their gradients.
 *
 * <p>The paper's equations are not public in full; what is rebuilt here and what each setting means stands with {@link HamSettings}.
 */
public final class Ham implements SearchMethod {

  private static final int PRESS_EVERY = 5; // steps

  @Override
  public String name() {
    return "ham";
  }

  @Override
  public String summary() {
    return "hard auxiliary mask + orthogonal regularity (Xiao et al. 2022)";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    HamSettings settings = HamSettings.of(task);
    TrainSpec spec = task.train();
    if (spec.embedding().exactDense()) {
      throw new ConfigurationException("ham does not go with exact dense updates: they would move columns that a mask has frozen");
    }
    try (CtrModel model = task.superNet(spec.batchSize())) {
      // The schedule ends training, not the validation.
      TrainSpec whole = spec.withPatience(0).withEpochs((int) Math.ceil(settings.warmup() + settings.epochs() * decades(task)) + 1);
      try (Trainer trainer = new Trainer(model, whole, task.dataset());
          Run run = new Run(this, task, settings, trainer.step())) {
        trainer.progress(task.progress());
        trainer.stopWhen(task.stop());
        trainer.add(run);
        trainer.fit();
        return run.plans();
      }
    }
  }

  /** Powers of ten from the whole tables down to the smallest budget. */
  private static double decades(SearchTask task) {
    return -Math.log10(task.budgets().stream().mapToDouble(Budget::share).min().orElse(1));
  }

  /** One search: the mask, its schedule and the plans taken so far. */
  private static final class Run implements StepHook, AutoCloseable {

    private final Ham method;
    private final SearchTask task;
    private final HamSettings settings;
    private final Arena arena;
    private final HamMask mask;
    private final OrthogonalRegularity regularity;
    private final Validation validation;
    private final List<Budget> pending;
    private final DimensionPlan[] plans;
    private final CtrModel superNet;
    private final EmbeddingTable table;
    private final long warmupSteps;
    private final double decadeSteps;

    Run(Ham method, SearchTask task, HamSettings settings, TrainingStep training) {
      this.method = method;
      this.task = task;
      this.settings = settings;
      CtrModel model = training.model();
      this.superNet = model;
      this.table = model.embeddings();
      this.arena = new Arena(task.backend());
      this.mask = new HamMask(task.backend(), arena, settings, table);
      this.plans = new DimensionPlan[task.budgets().size()];
      this.pending = new ArrayList<>(task.budgets());
      pending.sort(Comparator.comparingDouble(Budget::share).reversed());
      long perEpoch = (task.dataset().rows(Part.TRAIN) + task.train().batchSize() - 1) / task.train().batchSize();
      this.warmupSteps = Math.round(settings.warmup() * perEpoch);
      this.decadeSteps = settings.epochs() * perEpoch;
      table.mask(mask.mask());
      this.validation = settings.bilevel() ? new Validation(task, training, arena) : null;
      training.embeddingOptimizer().maskGradient(mask.gradient(), settings.signed());
      if (settings.lambda() > 0) {
        regularity = new OrthogonalRegularity(task.backend(), arena, table, settings.form(), settings.lambda(), settings.keptGram());
        training.embeddingOptimizer().regularity(regularity);
      } else {
        regularity = null;
      }
    }

    @Override
    public void beforeForward(long step) {
      if (regularity == null) {
        return;
      }
      boolean fresh = (step - 1) % settings.refresh() == 0;
      if (fresh) {
        regularity.refresh();
      }
      if (mask.tookChange() || fresh || settings.keptGram()) {
        regularity.derive();
      }
    }

    @Override
    public void afterUpdate(long step) {
      if (step == warmupSteps || (warmupSteps == 0 && step == 1)) {
        mask.unit(mask.meanGradient());
        task.listener().warmedUp(superNet);
      }
      if (step <= warmupSteps) {
        return;
      }
      if (validation != null) {
        validation.measure(mask, settings.signed());
      }
      mask.step();
      long done = step - warmupSteps;
      if (done % PRESS_EVERY == 0) {
        // The share falls at one pace whatever the budgets, so that a plan does not depend on those that are asked for besides.
        double share = Math.pow(10, -done / decadeSteps);
        // Budgets of a step are met one by one, so that each gets the masks of its own size.
        while (!pending.isEmpty() && pending.get(0).share() >= share - 1e-12) {
          take(pending.remove(0));
        }
        if (!pending.isEmpty()) {
          mask.press(new Budget(share, pending.get(0).unit()));
        }
      }
    }

    private void take(Budget budget) {
      mask.press(budget);
      EmbeddingLayout layout = ColumnSelection.select(task.uniform(), mask.density(), budget);
      DimensionPlan plan = task.plan(method, budget, layout);
      plans[task.budgets().indexOf(budget)] = plan;
      task.listener().found(plan, superNet);
    }

    @Override
    public boolean done() {
      return pending.isEmpty();
    }

    List<DimensionPlan> plans() {
      while (!pending.isEmpty()) {
        take(pending.remove(0));
      }
      return List.of(plans);
    }

    @Override
    public void close() {
      table.mask(null);
      if (validation != null) {
        validation.close();
      }
      arena.close();
    }
  }

  /** Mask gradients from validation batches, for bi-level search. */
  private static final class Validation implements AutoCloseable {

    private final TrainingStep training;
    private final BatchReader reader;
    private final MaskGradientProbe probe;
    private int epoch;

    Validation(SearchTask task, TrainingStep training, Arena arena) {
      this.training = training;
      CtrModel model = training.model();
      this.reader = new BatchReader(
          task.dataset(), Part.VALIDATION, task.train().batchSize(), task.train().seed() + 1, true, BatchReader.DEFAULT_WINDOW_ROWS,
          HostAllocator.INSTANCE);
      this.probe = new MaskGradientProbe(
          task.backend(), arena, model.embeddings(), training.groups(), model.lookup().gradient());
    }

    void measure(HamMask mask, boolean signed) {
      Batch batch = epoch == 0 ? null : reader.next();
      if (batch == null) {
        reader.beginEpoch(++epoch);
        batch = reader.next();
      }
      training.backpropagate(batch.ids(), batch.labels(), batch.size());
      probe.measure(batch.size(), mask.gradient(), signed);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
