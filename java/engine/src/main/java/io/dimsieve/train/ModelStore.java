package io.dimsieve.train;

import com.google.gson.Gson;
import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.ModelFileWriter;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Models to files and back. */
public final class ModelStore {

  private static final String SPEC = "spec";
  private static final String PROVENANCE = "provenance";

  private ModelStore() {}

  /**
   * A model read from a file.
   *
   * @param encoder its vocabularies
   * @param provenance how it came about, as its writer told
   */
  public record Stored(CtrModel model, Encoder encoder, String provenance) implements AutoCloseable {
    @Override
    public void close() {
      model.close();
    }
  }

  /**
   * Writes a model.
   *
   * @param provenance command, seed and settings that made it; kept as JSON
   */
  public static void save(CtrModel model, Encoder encoder, Map<String, String> provenance, Path path) {
    writer(ModelFile.KIND, model, encoder).metadata(PROVENANCE, new Gson().toJson(new TreeMap<>(provenance))).write(path);
  }

  /** A writer that has everything a model file needs but provenance. */
  static ModelFileWriter writer(String kind, CtrModel model, Encoder encoder) {
    EmbeddingLayout layout = model.layout();
    int[][] columns = IntStream.range(0, layout.fields()).mapToObj(layout::kept).toArray(int[][]::new);
    ModelFileWriter writer =
        new ModelFileWriter(kind, encoder, layout.dimension(), columns, ProgramGraph.of(model.spec(), layout))
            .metadata(SPEC, new Gson().toJson(model.spec()));
    model.arrays().forEach((name, tensor) -> add(writer, name, tensor));
    return writer;
  }

  static void add(ModelFileWriter writer, String name, Tensor tensor) {
    writer.array(name, tensor.rows(), tensor.columns(), tensor::get);
  }

  /**
   * Reads a model.
   *
   * @param capacity rows of its largest batch
   * @throws ModelFormatException when the file is damaged, newer than this build, or no model
   */
  public static Stored load(Backend backend, Path path, int capacity) {
    try (ModelFile file = ModelFile.open(path)) {
      ModelSpec spec = spec(file);
      EmbeddingLayout layout = layout(file);
      CtrModel model = new CtrModel(backend, spec, layout, capacity);
      try {
        model.arrays().forEach((name, tensor) -> file.read(name, tensor.size(), tensor::set));
      } catch (RuntimeException | Error e) {
        model.close();
        throw e;
      }
      return new Stored(model, file.encoder(), file.metadata(PROVENANCE));
    }
  }

  private static ModelSpec spec(ModelFile file) {
    try {
      return new Gson().fromJson(file.metadata(SPEC), ModelSpec.class);
    } catch (RuntimeException e) { // Gson wraps what a record's constructor throws in exceptions of its own
      throw new ModelFormatException(file.name(), "its model description is damaged: " + e.getMessage(), e);
    }
  }

  private static EmbeddingLayout layout(ModelFile file) {
    try {
      return new EmbeddingLayout(file.dimension(), file.rows(), file.columns());
    } catch (ConfigurationException e) {
      throw new ModelFormatException(file.name(), "the sizes of its embedding tables are damaged: " + e.getMessage(), e);
    }
  }
}
