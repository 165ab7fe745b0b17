package io.dimsieve.exchange;

import io.dimsieve.encode.Bucketizer;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.FieldKind;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.RowMasks;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Model files with random weights of the size that training gives. */
public final class Models {

  /** Rows of the tables; field 3's name has what names in files may not take for granted. */
  public static final int[] ROWS = {50, 3, 700, 20, 9};
  /** Base dimension. */
  public static final int D = 6;
  private static final List<String> NAMES = List.of("user", "bias", "item", "day of \"week\"/é", "e");

  private Models() {}

  /** Every field keeps everything. */
  public static EmbeddingLayout uniform() {
    return EmbeddingLayout.uniform(D, ROWS);
  }

  /**
   * Mixed dimensions, none for field 1; rows of field 0 keep prefixes (bands), a few rows of field 2 scattered entries (sparse).
   */
  public static EmbeddingLayout mixed() {
    long[][] bits = new long[ROWS.length][];
    for (int f = 0; f < bits.length; f++) {
      int field = f;
      bits[f] = IntStream.range(0, ROWS[f])
          .mapToLong(r -> switch (field) {
            case 0 -> 63 >>> Math.min(6, r / 5);
            case 1 -> 0;
            case 2 -> r % 9 == 1 ? 1L << r % 5 : 0;
            case 3 -> 0b101001;
            default -> 63;
          }).toArray();
    }
    return uniform().withRowMasks(new RowMasks(bits));
  }

  /** Writes a model; the layout may be of the first fields only. */
  public static Path write(Backend backend, ModelSpec spec, EmbeddingLayout layout, Path file) {
    SplittableRandom random = new SplittableRandom(77);
    List<Field> fields = IntStream.range(0, layout.fields())
        .mapToObj(f -> new Field(NAMES.get(f), FieldKind.CATEGORICAL, Bucketizer.NONE, 1, layout.rows(f))).toList();
    Encoder encoder = Encoder.of(new Schema(LabelRule.binary("click"), fields), Collections.nCopies(fields.size(), null));
    try (CtrModel model = new CtrModel(backend, spec, layout, 1)) {
      model.arrays().forEach((name, tensor) -> {
        float[] values = new float[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (name.endsWith(".variance") ? 0.5 + random.nextDouble() : 0.2 * random.nextGaussian());
        }
        tensor.set(0, values);
      });
      if (model.embeddings() != null) {
        model.embeddings().clearMasked();
      }
      ModelStore.save(model, encoder, Map.of("made", "up"), file);
    }
    return file;
  }

  /** Ids of random rows of such a model, row-major. */
  public static int[] ids(int rows, EmbeddingLayout layout) {
    SplittableRandom random = new SplittableRandom(78);
    int[] ids = new int[rows * layout.fields()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(layout.rows(i % layout.fields()));
    }
    return ids;
  }
}
