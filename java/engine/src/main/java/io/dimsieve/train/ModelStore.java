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
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.FieldPacker;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.StoredTables;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
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
   * Writes a model; its embedding tables packed, in the precision of its layout, and the vocabularies cut to the rows of its tables.
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
        new ModelFileWriter(kind, encoder.truncated(layout.rows()), layout.dimension(), columns, ProgramGraph.of(model.spec(), layout))
            .metadata(SPEC, new Gson().toJson(model.spec()));
    model.arrays().forEach((name, tensor) -> {
      if (kind.equals(ModelFile.KIND) && holdsTables(model, tensor)) {
        pack(writer, model.embeddings());
      } else {
        add(writer, name, tensor);
      }
    });
    return writer;
  }

  private static boolean holdsTables(CtrModel model, Tensor tensor) {
    return model.embeddings() != null && tensor == model.embeddings().values();
  }

  private static void pack(ModelFileWriter writer, EmbeddingTable table) {
    FieldPacker[] fields = new FieldPacker[table.layout().fields()];
    Arrays.setAll(fields, f -> new FieldPacker(table, f));
    byte[] forms = new byte[fields.length];
    float[] scales = new float[fields.length];
    for (int f = 0; f < fields.length; f++) {
      forms[f] = (byte) fields[f].form().ordinal();
      scales[f] = fields[f].scale();
      writer.bytes(ModelFile.table(f), fields[f].bytes(), fields[f]::write);
    }
    writer.metadata(ModelFile.PRECISION, table.layout().precision().toString());
    writer.bytes(ModelFile.FORMS, forms.length, target -> target.accept(forms));
    if (table.layout().precision() == Precision.I8) {
      writer.array(ModelFile.SCALES, 1, scales.length, (first, length) -> Arrays.copyOfRange(scales, (int) first, (int) first + length));
    }
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
      StoredTables tables = tables(file);
      CtrModel model = new CtrModel(backend, spec, tables == null ? layout(file) : tables.trainingLayout(), capacity);
      try {
        model.arrays().forEach((name, tensor) -> {
          if (tables != null && holdsTables(model, tensor)) {
            tables.unpack(model.embeddings());
          } else {
            file.read(name, tensor.size(), tensor::set);
          }
        });
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

  /** The embedding tables of a model file, checked; null when it has none. */
  public static StoredTables tables(ModelFile file) {
    return !file.hasTables() ? null : StoredTables.of(
        file.name(), layout(file), file.metadata(ModelFile.PRECISION), file.tableForms(), file.tableScales(), file.tableBytes(), file::readTable);
  }

  /** Rows and columns of the embedding tables of a model file, without row masks and precision; checked. */
  public static EmbeddingLayout layout(ModelFile file) {
    try {
      return new EmbeddingLayout(file.dimension(), file.rows(), file.columns());
    } catch (ConfigurationException e) {
      throw new ModelFormatException(file.name(), "the sizes of its embedding tables are damaged: " + e.getMessage(), e);
    }
  }
}
