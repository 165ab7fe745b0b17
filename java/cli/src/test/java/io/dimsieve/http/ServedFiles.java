package io.dimsieve.http;

import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.Schema;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Map;

/** Small models with random weights, as files: a field "site" of s0 to s6, a number "age" of 0 to 39. */
final class ServedFiles {

  private static final String SCHEMA =
      "{\"label\":{\"column\":\"click\"},\"fields\":[{\"name\":\"site\"},{\"name\":\"age\",\"kind\":\"numeric\",\"bucketizer\":\"log2_null\",\"minCount\":1}]}";

  private ServedFiles() {}

  static Encoder encoder() {
    EncoderBuilder builder = new EncoderBuilder(Schema.fromJson(SCHEMA));
    for (int i = 0; i < 280; i++) {
      builder.count(0, "s" + i % 7);
      builder.count(1, i % 5 == 0 ? "" : Integer.toString(i % 40));
    }
    return builder.build();
  }

  static Path write(Path file, long seed) {
    Encoder encoder = encoder();
    try (Backend backend = Backend.cpu(1);
        CtrModel model = new CtrModel(backend, ModelSpec.of("deepfm").withHidden(8), EmbeddingLayout.uniform(4, encoder.rows()), 16)) {
      model.initialize(seed);
      ModelStore.save(model, encoder, Map.of(), file);
    }
    return file;
  }
}
