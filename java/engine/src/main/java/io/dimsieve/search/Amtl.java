package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.IdCounts;
import io.dimsieve.data.Part;
import io.dimsieve.memory.Arena;
import io.dimsieve.model.CtrModel;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.TwinMask;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.train.Evaluator;
import io.dimsieve.train.Snapshot;
import io.dimsieve.train.StepHook;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import io.dimsieve.train.TrainingStep;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adaptively-masked twins-based layer (Yan et al., CIKM 2021). Two small networks, one for frequent and one for rare values, read how often a value occurs
 * and choose how many of its leading columns stay; they learn with the model, by straight-through gradients of a softmax. Needs no retraining: each
 * plan comes with weights trained behind its masks.
 *
 * <p>The paper knows no budget: what size it saves comes out by itself, and that is {@code rho=0}, {@code press=end}. A plan for a budget needs a price
 * all the same: o_k − price · k with the least price that fits, found by bisection, so a budget is never exceeded. With {@code press=gradual} the same
 * price is also taken during training, for a size that falls to the smallest budget, and a plan is taken as each budget is passed. Sizes of the twins and
 * the attributes are not public in full; they stand with {@link TwinMask} and {@link FrequencyClasses}, settings with {@link AmtlSettings}.
 */
public final class Amtl implements SearchMethod {

  private static final int PRESS_EVERY = 5; // steps
  private static final int HIDDEN1 = 32;
  private static final int HIDDEN2 = 16;

  @Override
  public String name() {
    return "amtl";
  }

  @Override
  public String summary() {
    return "adaptively-masked twins-based layer: dimensions by frequency (Yan et al. 2021)";
  }

  @Override
  public boolean retrains() {
    return false;
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    AmtlSettings settings = AmtlSettings.of(task);
    TrainSpec spec = task.train();
    if (spec.embedding().exactDense()) {
      throw new ConfigurationException("amtl does not go with exact dense updates: they would move entries that a mask has frozen");
    }
    if (task.dimension() > RowMasks.MAX_DIMENSION) {
      throw new ConfigurationException("amtl needs a base dimension of at most " + RowMasks.MAX_DIMENSION + ", not " + task.dimension());
    }
    try (CtrModel model = task.superNet(spec.batchSize())) {
      double epochs = settings.warmup() + settings.epochs() + settings.settle() * task.budgets().size();
      // The schedule ends training, not the validation.
      TrainSpec whole = spec.withPatience(0).withEpochs((int) Math.ceil(epochs) + 1);
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

  /** One search: the twins, their schedule and the plans taken so far. */
  private static final class Run implements StepHook, AutoCloseable {

    private final Amtl method;
    private final SearchTask task;
    private final AmtlSettings settings;
    private final TrainingStep training;
    private final EmbeddingTable table;
    private final Arena arena;
    private final FrequencyClasses classes;
    private final TwinMask.Shape shape;
    private final TwinMask mask;
    private final List<Budget> pending;
    private final DimensionPlan[] plans;
    private final long perEpoch;
    private final long warmupSteps;
    private final long searchSteps;
    private final long settleSteps;
    private final double smallest;
    private final Snapshot before;
    private final Snapshot best;
    private long searched;
    private long settled;
    private double bestAuc;
    private int bad;
    private DimensionPlan settling;

    Run(Amtl method, SearchTask task, AmtlSettings settings, TrainingStep training) {
      this.method = method;
      this.task = task;
      this.settings = settings;
      this.training = training;
      CtrModel model = training.model();
      this.table = model.embeddings();
      this.classes = new FrequencyClasses(IdCounts.of(task.dataset(), Part.TRAIN), settings.resolution(), settings.oneHot());
      this.shape = new TwinMask.Shape(classes.inputs(), HIDDEN1, HIDDEN2, task.dimension(), settings.zero());
      this.plans = new DimensionPlan[task.budgets().size()];
      this.pending = new ArrayList<>(task.budgets());
      pending.sort(Comparator.comparingDouble(Budget::share).reversed());
      this.smallest = pending.get(pending.size() - 1).share();
      this.perEpoch = (task.dataset().rows(Part.TRAIN) + task.train().batchSize() - 1) / task.train().batchSize();
      this.warmupSteps = Math.max(1, Math.round(settings.warmup() * perEpoch));
      this.searchSteps = Math.max(1, Math.round(settings.epochs() * perEpoch));
      this.settleSteps = Math.round(settings.settle() * perEpoch);
      this.before = new Snapshot(task.backend(), model);
      this.best = new Snapshot(task.backend(), model);
      this.arena = new Arena(task.backend());
      this.mask = new TwinMask(
          task.backend(), arena, table, training.groups(), model.lookup().keepMatrix().gradient(), classes.forTwins(), shape,
          OptimizerSpec.adam(settings.rate()), task.train().seed());
    }

    private boolean learning(long step) {
      return step > warmupSteps && settling == null;
    }

    @Override
    public void beforeForward(long step) {
      if (learning(step)) {
        mask.choose();
        mask.writeBatch();
      }
    }

    @Override
    public void beforeUpdate(long step) {
      if (learning(step)) {
        mask.measure();
      }
    }

    @Override
    public void afterUpdate(long step) {
      if (step == warmupSteps) {
        table.rowMask(mask.rowMask());
        task.listener().warmedUp(training.model());
      } else if (learning(step)) {
        double cooled = Math.min(1, (double) searched / perEpoch);
        mask.learn(training.scale(), 1 - cooled * (1 - settings.cold()), settings.rho());
        searched++;
        press();
      } else if (settling != null) {
        settled++;
        settle();
      }
      if (step % perEpoch == 0 && learning(step)) {
        // For the validation that follows.
        mask.choose();
        mask.writeAll();
      }
    }

    /** Raises the price of columns with the time that has passed, and takes the next plan when its budget is reached. */
    private void press() {
      double share = Math.pow(smallest, Math.min(1, (double) searched / searchSteps));
      if (searched >= searchSteps || (settings.gradual() && searched % PRESS_EVERY == 0 && share < pending.get(0).share() + 1e-12)) {
        take(pending.remove(0));
      } else if (settings.gradual() && searched % PRESS_EVERY == 0) {
        double entries = share * classes.rows() * task.dimension();
        mask.choose();
        PrefixLengths lengths = lengths();
        double price = lengths.leastPrice(k -> entries(k) <= entries);
        if (price > 0) { // NaN where even the fewest columns are too many: the budget itself will say so
          mask.press(price);
        }
      }
    }

    private PrefixLengths lengths() {
      return new PrefixLengths(mask.logits().toArray(), shape.outputs(), shape.fewest());
    }

    private double entries(int[] k) {
      double sum = 0;
      for (int c = 0; c < k.length; c++) {
        sum += (double) classes.size(c) * k[c];
      }
      return sum;
    }

    /** Takes the plan of a budget at the least price that fits it, and fixes its masks until it has settled. */
    private void take(Budget budget) {
      EmbeddingLayout uniform = task.uniform();
      long limit = budget.limit(uniform);
      mask.choose();
      PrefixLengths lengths = lengths();
      double price = lengths.leastPrice(k -> budget.cost(uniform.withRowMasks(classes.masks(k))) <= limit);
      if (Double.isNaN(price)) {
        throw new ConfigurationException(
            "the budget, " + budget + " or " + limit + ", does not even hold " + (settings.zero() ? "tables without columns" : "one column a value"));
      }
      RowMasks masks = classes.masks(lengths.at(price));
      if (settings.gradual()) {
        mask.press(price);
      }
      DimensionPlan plan = task.plan(method, budget, uniform.withRowMasks(masks));
      plans[task.budgets().indexOf(budget)] = plan;
      mask.rowMask().set(flat(masks));
      settling = plan;
      settled = 0;
      bad = 0;
      bestAuc = Double.NEGATIVE_INFINITY;
      before.take();
      if (settleSteps == 0) {
        release();
      }
    }

    /** Validates every epoch, as a training would, and ends when that has not helped for the patience of the task, or the epochs are over. */
    private void settle() {
      boolean over = settled >= settleSteps;
      if (over || settled % perEpoch == 0) {
        double auc = Evaluator.evaluate(training.model(), task.dataset(), Part.VALIDATION).auc();
        if (auc > bestAuc || task.train().patience() == 0) {
          bestAuc = auc;
          bad = 0;
          best.take();
        } else {
          bad++;
        }
        if (over || (bad > 0 && bad >= task.train().patience())) {
          release();
        }
      }
    }

    private static long[] flat(RowMasks masks) {
      return IntStream.range(0, masks.fields()).boxed()
          .flatMapToLong(f -> IntStream.range(0, masks.rows(f)).mapToLong(r -> masks.bits(f, r))).toArray();
    }

    /** Hands the settled plan over with its best weights, masked entries 0, and lets the twins go on with the weights from before it settled. */
    private void release() {
      if (bestAuc > Double.NEGATIVE_INFINITY) {
        best.restore();
      }
      table.clear(settling.layout().rowMasks());
      task.listener().found(settling, training.model());
      before.restore();
      settling = null;
      if (!pending.isEmpty() && searched >= searchSteps) {
        take(pending.remove(0));
      }
    }

    @Override
    public boolean done() {
      return pending.isEmpty() && settling == null;
    }

    /** The plans; when training was stopped, those still open are taken from the twins as they are. */
    List<DimensionPlan> plans() {
      while (!done()) {
        if (settling == null) {
          take(pending.remove(0));
        } else {
          release();
        }
      }
      return List.of(plans);
    }

    @Override
    public void close() {
      table.rowMask(null);
      before.close();
      best.close();
      mask.close();
      arena.close();
    }
  }
}
