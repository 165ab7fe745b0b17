package io.dimsieve.bench.serve;

import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import io.dimsieve.file.ModelFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.onnx.OnnxExport;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Writes what {@link ScoringLatency} measures: 39 fields, D = 16, random weights; FM, and DeepFM with 400-400-400; full, and compacted to a tenth of the columns
 * (widths 0 to 5). Each as a model file and as ONNX. Arguments: folder, rows of each table.
 */
public final class BenchmarkModels {

  static final int FIELDS = 39;
  private static final int DIMENSION = 16;

  private BenchmarkModels() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int[] rows = new int[FIELDS];
    Arrays.fill(rows, Integer.parseInt(arguments[1]));
    for (String architecture : new String[] {"fm", "deepfm"}) {
      write(folder, architecture + "-full", architecture, EmbeddingLayout.uniform(DIMENSION, rows));
      write(folder, architecture + "-tenth", architecture, new EmbeddingLayout(DIMENSION, rows, tenth(FIELDS, DIMENSION)));
    }
  }

  /** A tenth of the columns, at most five a field: of 39 fields and 16 columns 62. */
  public static int[][] tenth(int fields, int dimension) {
    SplittableRandom random = new SplittableRandom(7);
    int[] widths = new int[fields];
    for (int left = fields * dimension / 10; left > 0; ) {
      int f = random.nextInt(fields);
      if (widths[f] < 5) {
        widths[f]++;
        left--;
      }
    }
    return Arrays.stream(widths).mapToObj(width -> IntStream.range(0, width).toArray()).toArray(int[][]::new);
  }

  private static void write(Path folder, String name, String architecture, EmbeddingLayout layout) {
    List<Field> fields = new ArrayList<>();
    for (int f = 0; f < FIELDS; f++) {
      fields.add(new Field("f" + f, io.dimsieve.encode.FieldKind.CATEGORICAL, io.dimsieve.encode.Bucketizer.NONE, 1, layout.rows(f)));
    }
    Encoder encoder = Encoder.of(new Schema(LabelRule.binary("label"), fields), new ArrayList<>(java.util.Collections.nCopies(FIELDS, null)));
    Path file = folder.resolve(name + ".model");
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, ModelSpec.of(architecture).withHidden(400, 400, 400), layout, 16)) {
      model.initialize(1);
      ModelStore.save(model, encoder, Map.of(), file);
    }
    try (ModelFile model = ModelFile.open(file)) {
      OnnxExport.write(model, folder.resolve(name + ".onnx"));
    }
  }
}
