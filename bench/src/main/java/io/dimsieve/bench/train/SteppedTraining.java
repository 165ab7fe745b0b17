package io.dimsieve.bench.train;

import io.dimsieve.Progress;
import io.dimsieve.bench.Allocation;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.search.SearchTask;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * A whole training, or search, on a thread of its own, that goes on when it is told to: it asks before every step whether to stop, and is answered
 * late. What belongs to a training besides its steps (reading, the end of an epoch) is in them.
 */
final class SteppedTraining implements BooleanSupplier {

  private static final int FIELDS = 39;
  private static final int DIMENSION = 16;
  private static final int BATCHES = 32; // an epoch
  private static final String LONG = "1000"; // epochs: longer than anybody measures

  private final Semaphore go = new Semaphore(0);
  private final Semaphore asked = new Semaphore(0);
  private final Path file;
  private final Thread thread;
  private int left; // steps until the next wait; the semaphores hand it over
  private volatile boolean ended;
  private volatile Throwable failure;

  /**
   * Begins, and does an epoch, in which searches only warm up.
   *
   * @param method name of a search method; empty for a training
   */
  SteppedTraining(String method, String model, int rows, int batch, int threads) throws IOException {
    file = Files.createTempFile("steps", ".ds");
    int[] cardinalities = new int[FIELDS];
    int[] planted = new int[FIELDS];
    Arrays.fill(cardinalities, rows - 1); // and the row of the unknown
    Arrays.fill(planted, 2);
    Dataset dataset =
        new SyntheticRows(1, (long) BATCHES * batch, DIMENSION, cardinalities, planted).write(file, Split.random(1, 98, 1, 1), Progress.NONE);
    TrainSpec spec = TrainSpec.of(1).withBatchSize(batch).withPatience(0).withEpochs(Integer.parseInt(LONG));
    thread = new Thread(() -> {
      try (dataset;
          Backend backend = Backend.cpu(threads)) {
        if (method.isEmpty()) {
          train(backend, dataset, ModelSpec.of(model), spec);
        } else {
          SearchMethods.of(method).search(new SearchTask(
              backend, dataset, ModelSpec.of(model), DIMENSION, spec, List.of(new Budget(0.1, Budget.Unit.BYTES)), Map.of("epochs", LONG),
              Progress.NONE, this, SearchListener.NONE));
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        asked.release();
      }
    }, "training");
    thread.start();
    await();
    steps(BATCHES);
  }

  private void train(Backend backend, Dataset dataset, ModelSpec model, TrainSpec spec) {
    try (CtrModel made = new CtrModel(backend, model, EmbeddingLayout.uniform(DIMENSION, dataset.rows()), spec.batchSize())) {
      made.initialize(1);
      try (Trainer trainer = new Trainer(made, spec, dataset)) {
        trainer.stopWhen(this);
        trainer.fit();
      }
    }
  }

  /** Called by the training before every step. */
  @Override
  public boolean getAsBoolean() {
    if (--left <= 0) {
      asked.release();
      go.acquireUninterruptibly();
    }
    return ended;
  }

  /** Lets it do some steps, and waits for them. */
  void steps(int count) {
    left = count;
    go.release();
    await();
  }

  /** Bytes of heap that it has taken so far. */
  long allocatedBytes() {
    return Allocation.bytes(thread);
  }

  private void await() {
    asked.acquireUninterruptibly();
    if (failure != null) {
      throw new IllegalStateException("the training has failed", failure);
    }
  }

  /** Stops it, and waits until it has. */
  void end() throws IOException, InterruptedException {
    ended = true;
    go.release();
    thread.join();
    Files.deleteIfExists(file);
  }
}
