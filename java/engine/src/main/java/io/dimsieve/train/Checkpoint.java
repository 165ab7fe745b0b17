package io.dimsieve.train;

import com.google.gson.Gson;
import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.ModelFileWriter;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A training in progress, as a file: weights, best weights, optimizer states, and where it stands. A training resumed from it ends in the same bytes as
 * one that was never stopped.
 *
 * @param settings of the training; a checkpoint is resumed only with the same ones
 * @param epoch being trained, the first being 1
 * @param batches of the epoch that are done
 * @param step steps done
 * @param lossSum of the epoch's batches so far
 * @param bad epochs since the best one
 * @param scale factor on the learning rates
 */
record Checkpoint(
    TrainSpec settings, int epoch, int batches, long step, double lossSum, int bad, double scale, EpochReport best, List<EpochReport> reports) {

  private static final String KIND = "checkpoint";
  private static final String STATE = "state";
  private static final String BEST = "best.";

  void write(Path path, TrainingStep training, Encoder encoder, Map<String, Tensor> bestWeights) {
    ModelFileWriter writer = ModelStore.writer(KIND, training.model(), encoder).metadata(STATE, new Gson().toJson(this));
    training.optimizerArrays().forEach((name, tensor) -> ModelStore.add(writer, name, tensor));
    bestWeights.forEach((name, tensor) -> ModelStore.add(writer, BEST + name, tensor));
    writer.write(path);
  }

  /** Reads a checkpoint into a training of the same settings and sizes. */
  static Checkpoint read(Path path, TrainingStep training, TrainSpec settings, Map<String, Tensor> bestWeights) {
    try (ModelFile file = ModelFile.open(path, KIND)) {
      Checkpoint checkpoint;
      try {
        checkpoint = new Gson().fromJson(file.metadata(STATE), Checkpoint.class);
      } catch (RuntimeException e) { // Gson wraps what a record's constructor throws in exceptions of its own
        throw new ModelFormatException(file.name(), "its training state is damaged: " + e.getMessage(), e);
      }
      if (!checkpoint.settings.equals(settings)) {
        throw new ModelFormatException(file.name(), "was made with " + checkpoint.settings + ", this training has " + settings);
      }
      training.model().arrays().forEach((name, tensor) -> file.read(name, tensor.size(), tensor::set));
      training.optimizerArrays().forEach((name, tensor) -> file.read(name, tensor.size(), tensor::set));
      bestWeights.forEach((name, tensor) -> file.read(BEST + name, tensor.size(), tensor::set));
      return checkpoint;
    }
  }
}
