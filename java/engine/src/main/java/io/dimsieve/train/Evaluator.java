package io.dimsieve.train;

import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Profiler;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.metric.Auc;
import io.dimsieve.metric.Calibration;
import io.dimsieve.metric.LogLoss;
import io.dimsieve.model.CtrModel;

/** Scores a part of a dataset, in file order, with dropout off. */
public final class Evaluator {

  private Evaluator() {}

  /** Logits of all rows of a part, in file order, with their labels. */
  public record Scores(float[] logits, byte[] labels) {}

  /** Quality of the model on a part. */
  public static Evaluation evaluate(CtrModel model, Dataset dataset, Part part) {
    long start = System.nanoTime();
    Scores scores = score(model, dataset, part);
    double seconds = (System.nanoTime() - start) * 1e-9;
    int n = scores.labels.length;
    return new Evaluation(
        Auc.of(scores.logits, scores.labels, n), LogLoss.ofLogits(scores.logits, scores.labels, n),
        Calibration.ratio(scores.logits, scores.labels, n), n, seconds);
  }

  /** Logits and labels of a part. */
  public static Scores score(CtrModel model, Dataset dataset, Part part) {
    int rows = Math.toIntExact(dataset.rows(part));
    float[] logits = new float[rows];
    byte[] labels = new byte[rows];
    int capacity = model.tape().capacity();
    long begun = Profiler.begin();
    Backend backend = model.tape().backend();
    try (BatchReader reader = BatchReader.inOrder(dataset, part, capacity, HostAllocator.INSTANCE);
        Block host = HostAllocator.INSTANCE.allocate(4L * capacity)) {
      reader.beginEpoch(0);
      int done = 0;
      for (Batch batch; (batch = reader.next()) != null; done += batch.size()) {
        backend.copyIn(model.tape().ids().address(), batch.ids(), 4L * batch.size() * dataset.fields());
        model.tape().forward(batch.size(), false);
        backend.copyOut(host.address(), model.logits().value().address(), 4L * batch.size());
        for (int i = 0; i < batch.size(); i++) {
          logits[done + i] = host.view().getFloat(4 * i);
          labels[done + i] = (byte) batch.label(i);
        }
      }
    }
    Profiler.end("evaluation", begun);
    return new Scores(logits, labels);
  }
}
