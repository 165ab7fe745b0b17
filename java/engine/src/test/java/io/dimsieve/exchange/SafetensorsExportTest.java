package io.dimsieve.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.file.ModelFile;
import io.dimsieve.file.PlainTensorFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.Precision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsExportTest {

  @TempDir private Path folder;

  @Test
  void everyArrayIsThereAndNothingElse() throws IOException {
    try (Backend backend = Backend.cpu(1);
        ModelFile model = ModelFile.open(Models.write(
            backend, ModelSpec.of("dcnv2").withHidden(8).withBatchNorm(true), Models.mixed().withPrecision(Precision.I8), folder.resolve("a.model")))) {
      Path target = folder.resolve("a.safetensors");
      DenseWeights weights = new DenseWeights(model);
      assertEquals(weights.all().size(), SafetensorsExport.write(model, target));
      byte[] bytes = Files.readAllBytes(target);
      long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertEquals(0, (8 + header) % 64, "tensors begin aligned");
      String json = new String(bytes, 8, (int) header, StandardCharsets.UTF_8);
      assertTrue(json.contains("\"columns\":\"[[0,1,2,3,4,5],[],[0,1,2,3,4],[0,3,5],[0,1,2,3,4,5]]\""), json);
      assertTrue(json.contains("embedding.day of \\\"week\\\"/é"), json);
      try (PlainTensorFile read = PlainTensorFile.open(target)) {
        assertEquals(weights.all().stream().map(DenseWeights.Array::name).toList(), read.entries().keySet().stream().toList());
        for (DenseWeights.Array array : weights.all()) {
          PlainTensorFile.Entry entry = read.entries().get(array.name());
          assertEquals(array.shape(), entry.shape());
          int[] at = {0};
          array.content().copyTo(piece -> {
            assertArrayEquals(piece, read.floats(entry, at[0], piece.length), array.name());
            at[0] += piece.length;
          });
        }
      }
    }
  }
}
