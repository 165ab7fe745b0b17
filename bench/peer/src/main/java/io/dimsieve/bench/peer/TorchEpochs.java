package io.dimsieve.bench.peer;

import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.metric.Auc;
import io.dimsieve.metric.Calibration;
import io.dimsieve.metric.LogLoss;
import io.dimsieve.train.EpochReport;
import io.dimsieve.train.Evaluation;
import io.dimsieve.train.TrainSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Epochs of a DeepFM in operations of libtorch, with the batches, their order and the early stop of Dimsieve's trainer.
 *
 * @param <T> the library's tensor
 */
final class TorchEpochs<T> {

  private static final TrainSpec SPEC = TrainSpec.of(1);

  private final Torch<T> torch;
  private final Dataset dataset;
  private final int[] rows;
  private final TorchModel<T> model;

  TorchEpochs(Torch<T> torch, Dataset dataset) {
    this.torch = torch;
    this.dataset = dataset;
    rows = dataset.rows();
    model = new TorchModel<>(torch, Weights.forTraining(rows), 0.2, false);
  }

  List<EpochReport> run(int most) {
    List<EpochReport> reports = new ArrayList<>();
    double best = 0;
    try (BatchReader reader = new BatchReader(
        dataset, Part.TRAIN, SPEC.batchSize(), SPEC.seed(), true, BatchReader.DEFAULT_WINDOW_ROWS, HostAllocator.INSTANCE)) {
      for (int epoch = 1, bad = 0; epoch <= most && bad < SPEC.patience(); epoch++) {
        long start = System.nanoTime();
        double loss = epoch(reader, epoch) / reader.batches();
        double seconds = (System.nanoTime() - start) * 1e-9;
        Evaluation validation = validation();
        reports.add(new EpochReport(epoch, loss, validation, seconds));
        bad = validation.auc() > best ? 0 : bad + 1;
        best = Math.max(best, validation.auc());
      }
    }
    return reports;
  }

  private double epoch(BatchReader reader, int epoch) {
    double sum = 0;
    reader.beginEpoch(epoch);
    for (Batch batch; (batch = reader.next()) != null; ) {
      long[] ids = ids(batch);
      float[] labels = new float[batch.size()];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = batch.label(i);
      }
      sum += torch.scoped(() -> model.step(torch.longs(ids), torch.floats(labels, labels.length)));
    }
    return sum;
  }

  private Evaluation validation() {
    long start = System.nanoTime();
    int size = Math.toIntExact(dataset.rows(Part.VALIDATION));
    float[] logits = new float[size];
    byte[] labels = new byte[size];
    try (BatchReader reader = BatchReader.inOrder(dataset, Part.VALIDATION, SPEC.batchSize(), HostAllocator.INSTANCE)) {
      reader.beginEpoch(0);
      int done = 0;
      for (Batch batch; (batch = reader.next()) != null; done += batch.size()) {
        long[] ids = ids(batch);
        System.arraycopy(torch.scoped(() -> model.score(torch.longs(ids))), 0, logits, done, batch.size());
        for (int i = 0; i < batch.size(); i++) {
          labels[done + i] = (byte) batch.label(i);
        }
      }
    }
    return new Evaluation(
        Auc.of(logits, labels, size), LogLoss.ofLogits(logits, labels, size), Calibration.ratio(logits, labels, size), size,
        (System.nanoTime() - start) * 1e-9);
  }

  private long[] ids(Batch batch) {
    int[] ids = new int[batch.size() * dataset.fields()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = batch.id(i / dataset.fields(), i % dataset.fields());
    }
    return Weights.globalRows(rows, ids);
  }
}
