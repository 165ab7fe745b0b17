package io.dimsieve.train;

import io.dimsieve.Progress;
import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Profiler;
import io.dimsieve.model.CtrModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Trains a model on a dataset: shuffled epochs, validation after each, early stopping, best weights restored. Same seed, same bytes, for any number of
 * threads; a training resumed from a checkpoint ends in the same bytes as one that was never stopped.
 */
public final class Trainer implements AutoCloseable {

  /**
   * How a training ended.
   *
   * @param best report of the epoch whose weights the model has now; null when no epoch was finished
   * @param epochs all epochs
   * @param steps steps done
   * @param seconds wall time of everything
   * @param interrupted true when it was asked to stop before its time
   */
  public record Result(EpochReport best, List<EpochReport> epochs, long steps, double seconds, boolean interrupted) {}

  private final CtrModel model;
  private final TrainSpec spec;
  private final Dataset dataset;
  private final TrainingStep step;
  private final BatchReader reader;
  private final Snapshot bestWeights;
  private final List<EpochReport> reports = new ArrayList<>();
  private EpochReport best;
  private int epoch = 1;
  private int batchesDone;
  private double lossSum;
  private int bad;
  private boolean interrupted;
  private Path checkpoint;
  private Progress progress = Progress.NONE;
  private BooleanSupplier stop = () -> false;

  /**
   * A trainer of a model whose weights are set.
   *
   * @param model of at least {@code spec.batchSize()} capacity
   */
  public Trainer(CtrModel model, TrainSpec spec, Dataset dataset) {
    this(spec, dataset, new TrainingStep(model, spec));
  }

  /** A trainer that repeats a given step of the same specification, and closes it. */
  public Trainer(TrainSpec spec, Dataset dataset, TrainingStep step) {
    this.model = step.model();
    this.spec = spec;
    this.dataset = dataset;
    this.step = step;
    this.reader = new BatchReader(
        dataset, Part.TRAIN, spec.batchSize(), spec.seed(), true, BatchReader.DEFAULT_WINDOW_ROWS, model.tape().backend().pinned(), step.ahead());
    this.bestWeights = new Snapshot(model.tape().backend(), model);
  }

  public void progress(Progress listener) {
    progress = listener;
  }

  /** Asked before every step; true ends training as soon as possible with the weights as they are. */
  public void stopWhen(BooleanSupplier requested) {
    stop = requested;
  }

  public void add(StepHook hook) {
    step.add(hook);
  }

  /** The step this trainer repeats. */
  public TrainingStep step() {
    return step;
  }

  /**
   * Keeps a checkpoint: written after every epoch and when training is interrupted. A search cannot be resumed this way: what hooks remember is not in
   * it.
   */
  public void checkpoint(Path file) {
    checkpoint = file;
  }

  /**
   * Goes on where a checkpoint stopped.
   *
   * @throws io.dimsieve.ModelFormatException when it is damaged or of another training
   */
  public void resume(Path file) {
    Checkpoint from = Checkpoint.read(file, step, spec, bestWeights.arrays());
    epoch = from.epoch();
    batchesDone = from.batches();
    lossSum = from.lossSum();
    bad = from.bad();
    best = from.best();
    reports.addAll(from.reports());
    step.number(from.step());
    step.scale(from.scale());
  }

  private void writeCheckpoint() {
    if (checkpoint != null) {
      new Checkpoint(spec, epoch, batchesDone, step.number(), lossSum, bad, step.scale(), best, List.copyOf(reports))
          .write(checkpoint, step, dataset.encoder(), bestWeights.arrays());
    }
  }

  /** Trains until the epochs are done, patience is out, a hook is done, or somebody asks to stop. */
  public Result fit() {
    long start = System.nanoTime();
    interrupted = false;
    while (epoch <= spec.epochs() && !finished() && !interrupted) {
      runEpoch();
    }
    if (spec.patience() > 0 && !interrupted && best != null) {
      bestWeights.restore();
    }
    return new Result(best, List.copyOf(reports), step.number(), (System.nanoTime() - start) * 1e-9, interrupted);
  }

  private boolean finished() {
    return (spec.patience() > 0 && bad >= spec.patience()) || step.hooks().stream().anyMatch(StepHook::done);
  }

  private void runEpoch() {
    long start = System.nanoTime();
    progress.begin("epoch " + epoch, reader.batches());
    reader.seek(epoch, batchesDone);
    boolean done = false;
    for (Batch batch; !done && (batch = nextBatch()) != null; ) {
      if (stop.getAsBoolean()) {
        interrupted = true;
        lossSum = step.awaited(lossSum);
        step.flush();
        writeCheckpoint();
        progress.end("stopped after step " + step.number());
        return;
      }
      lossSum = step.run(batch.ids(), batch.labels(), batch.size(), lossSum);
      batchesDone++;
      progress.advance(batchesDone, String.format(Locale.ROOT, "loss %.4f", lossSum / batchesDone));
      done = step.hooks().stream().anyMatch(StepHook::done);
    }
    lossSum = step.awaited(lossSum);
    step.flush();
    endEpoch((System.nanoTime() - start) * 1e-9);
  }

  private Batch nextBatch() {
    long begun = Profiler.begin();
    Batch batch = reader.next();
    Profiler.end("waiting for a batch", begun);
    return batch;
  }

  private void endEpoch(double seconds) {
    Evaluation validation = Evaluator.evaluate(model, dataset, Part.VALIDATION);
    EpochReport report = new EpochReport(epoch, lossSum / Math.max(1, batchesDone), validation, seconds);
    reports.add(report);
    progress.end(String.format(
        Locale.ROOT, "loss %.4f, validation auc %.4f logloss %.4f, %.0f rows/s", report.loss(), validation.auc(), validation.logLoss(),
        dataset.rows(Part.TRAIN) / seconds));
    if (best == null || validation.auc() > best.validation().auc() || spec.patience() == 0) {
      best = report;
      bad = 0;
      bestWeights.take();
    } else {
      bad++;
      step.scale(step.scale() * spec.decay());
    }
    int ended = epoch++;
    batchesDone = 0;
    lossSum = 0;
    step.hooks().forEach(hook -> hook.afterEpoch(ended));
    writeCheckpoint();
  }

  @Override
  public void close() {
    step.close(); // waits for copies from the reader's batches
    bestWeights.close();
    reader.close();
  }
}
