package io.dimsieve.exchange;

import com.google.gson.Gson;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.TensorFileWriter;
import io.dimsieve.file.TensorLayout;
import io.dimsieve.file.TensorSink;
import io.dimsieve.file.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes the weights of a model file as a plain safetensors file of dense F32 tensors, which any safetensors reader opens without
 * knowing Dimsieve (FORMAT.md, "Other tools").
 */
public final class SafetensorsExport {

  private SafetensorsExport() {}

  /**
   * Writes the file, all of it or nothing.
   *
   * @return number of tensors
   * @throws io.dimsieve.ConfigurationException when it cannot be written
   */
  public static int write(ModelFile model, Path target) {
    DenseWeights weights = new DenseWeights(model);
    List<int[]> columns = IntStream.range(0, weights.fields().size()).mapToObj(weights.layout()::kept).toList();
    TensorLayout layout = TensorLayout.plain()
        .metadata("fields", new Gson().toJson(weights.fields()))
        .metadata("columns", new Gson().toJson(columns))
        .metadata("dimension", Integer.toString(weights.layout().dimension()))
        .metadata("spec", model.metadata("spec"))
        .metadata("program", model.program().toJson());
    List<DenseWeights.Array> all = weights.all();
    all.forEach(array -> layout.tensor(array.name(), TensorType.F32, array.shape().stream().mapToLong(n -> n).toArray()));
    try (TensorFileWriter writer = TensorFileWriter.create(target, layout)) {
      for (DenseWeights.Array array : all) {
        TensorSink sink = writer.tensor(array.name());
        array.content().copyTo(sink::append);
      }
      writer.commit();
    }
    return all.size();
  }
}
