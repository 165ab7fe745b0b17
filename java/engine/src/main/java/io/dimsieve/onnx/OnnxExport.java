package io.dimsieve.onnx;

import com.google.gson.Gson;
import io.dimsieve.exchange.DenseWeights;
import io.dimsieve.file.AtomicFile;
import io.dimsieve.file.ModelFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a model file as an ONNX model (operator set 13).
 *
 * <p>Input {@code ids}, int64 [batch, fields]: the rows that the model's encoder gives the raw values, in the order of its
 * fields, as for {@link io.dimsieve.file.Program}; an id beyond its table is the runtime's error, a negative one is not checked
 * (to ONNX −1 is the last row). Output {@code probability}, float [batch, 1]. Tables are dense floats in it, however the model
 * stores them. Metadata {@code fields} and {@code rows} are JSON lists: names of the fields and rows of their tables.
 */
public final class OnnxExport {

  /** A message ends at 2 GiB, and some readers copy it; beyond this many bytes weights lie in a file beside it. */
  private static final long INLINE_BYTES = 1L << 30;

  private OnnxExport() {}

  /**
   * Writes the model; a large one's weights go to a second file {@code NAME.data} beside it. Each file appears whole or not at
   * all, and an old model of this name is gone before its weights are replaced, so that no model meets another one's weights.
   *
   * @return where the weights went: the target, or the second file
   * @throws io.dimsieve.ConfigurationException when it cannot be written
   */
  public static Path write(ModelFile model, Path target) {
    return write(model, target, INLINE_BYTES);
  }

  /**
   * Writes the model.
   *
   * @param inlineBytes most bytes of weights that are kept in the model itself
   */
  static Path write(ModelFile model, Path target, long inlineBytes) {
    DenseWeights weights = new DenseWeights(model);
    OnnxGraph graph = new ProgramOperators(model, weights).graph();
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("fields", new Gson().toJson(weights.fields()));
    metadata.put("rows", new Gson().toJson(weights.layout().rows()));
    if (graph.weights().stream().mapToLong(DenseWeights.Array::bytes).sum() <= inlineBytes) {
      AtomicFile.write(target, graph.model(metadata, null)::writeTo);
      return target;
    }
    Path beside = target.resolveSibling(target.getFileName() + ".data");
    ExternalData data = new ExternalData(beside.getFileName().toString(), graph.weights());
    AtomicFile.write(beside, (FileChannel channel) -> {
      data.writeTo(channel);
      Files.deleteIfExists(target);
    });
    AtomicFile.write(target, graph.model(metadata, data)::writeTo);
    return beside;
  }
}
