package io.dimsieve.bench.train;

import io.dimsieve.bench.Ids;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import io.dimsieve.train.TrainingStep;

/** Training steps on batches in memory that take turns: nothing but the step is done, no file is read. */
final class TrainingLoop implements AutoCloseable {

  private static final int BATCHES = 16;
  private static final double FIRST_LOSS = Math.log(2); // of initial weights, which say little
  private static final double NEAR = 0.1;

  private final int batch;
  private final Backend backend;
  private final Arena host = new Arena(HostAllocator.INSTANCE);
  private final Block[] ids = new Block[BATCHES];
  private final Block[] labels = new Block[BATCHES];
  private final CtrModel model;
  private final TrainingStep step;
  private int turn;

  /** A new model; fields and their rows are the layout's, of which each field has as many. */
  TrainingLoop(String architecture, EmbeddingLayout layout, OptimizerSpec tables, int batch, int threads) {
    this.batch = batch;
    backend = Backend.cpu(threads);
    for (int n = 0; n < BATCHES; n++) {
      int[] drawn = Ids.ZIPF.batch(n, batch, layout.fields(), layout.rows(0));
      ids[n] = host.allocate(4L * drawn.length);
      labels[n] = host.allocate(4L * batch);
      for (int i = 0; i < drawn.length; i++) {
        ids[n].view().putInt(4 * i, drawn[i]);
      }
      for (int row = 0; row < batch; row++) {
        labels[n].view().putFloat(4 * row, Integer.bitCount(drawn[row * layout.fields()]) % 2);
      }
    }
    model = new CtrModel(backend, ModelSpec.of(architecture), layout, batch);
    model.initialize(1);
    step = new TrainingStep(model, TrainSpec.of(1).withBatchSize(batch).withOptimizers(OptimizerSpec.adam(1e-3), tables));
    double loss = step();
    if (Math.abs(loss - FIRST_LOSS) > NEAR) {
      throw new IllegalStateException("the first loss is " + loss + ", expected about " + FIRST_LOSS);
    }
  }

  /** One step; its loss. */
  double step() {
    int n = turn++ % BATCHES;
    return step.run(ids[n].address(), labels[n].address(), batch, 0);
  }

  @Override
  public void close() {
    step.close();
    model.close();
    host.close();
    backend.close();
  }
}
