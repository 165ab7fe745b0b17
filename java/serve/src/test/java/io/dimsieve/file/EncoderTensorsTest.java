package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Bucketizer;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.FieldKind;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTensorsTest {

  private static final Schema SCHEMA = new Schema(LabelRule.binary("click"), List.of(Field.categorical("city", 1),
      new Field("user", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 100), Field.numeric("price", Bucketizer.LOG2_ZERO, 1),
      Field.categorical("rare", 10)));

  @TempDir private Path directory;

  @Test
  void encoderComesBack() {
    EncoderBuilder builder = new EncoderBuilder(SCHEMA);
    for (String city : new String[] {"rome", "", "rome", "m\u00fcnchen", null, "\ud83d\ude00"}) {
      builder.count(0, city);
      builder.count(2, "17");
      builder.count(3, city);
    }
    Encoder encoder = builder.build();
    Path path = directory.resolve("model");
    TensorLayout layout = new TensorLayout("model");
    EncoderTensors.declare(layout, encoder);
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      EncoderTensors.write(writer, encoder);
      writer.commit();
    }
    try (TensorFileReader reader = TensorFileReader.open(path, "model")) {
      Encoder back = EncoderTensors.read(reader);
      assertEquals(SCHEMA, back.schema());
      assertArrayEquals(encoder.rows(), back.rows());
      assertNull(back.vocabulary(1));
      assertEquals(1, back.rows(3), "nothing is frequent enough; only row 0");
      for (String value : new String[] {"rome", "", "m\u00fcnchen", null, "\ud83d\ude00", "unseen"}) {
        assertEquals(encoder.encode(0, value), back.encode(0, value));
        assertEquals(encoder.encode(1, value), back.encode(1, value));
      }
      assertEquals(encoder.encode(2, "17"), back.encode(2, "17"));
    }
  }

  @Test
  void malformedEncodersAreRefused() {
    String one = new Schema(LabelRule.binary("click"), List.of(Field.categorical("city", 1))).toJson();
    assertRefused("lacks the tensor vocabulary.0.utf8", new TensorLayout("model").metadata("schema", one), null, null);
    assertRefused("the metadata lack schema", new TensorLayout("model"), null, null);
    assertRefused("malformed: schema", new TensorLayout("model").metadata("schema", "{}"), null, null);
    assertRefused("malformed", one, "aa", 0, 1, 2);
    assertRefused("malformed", one, "ab", 0, 1);
    assertRefused("malformed", one, "ab", 0, 3, 2);
    assertRefused("malformed", one, "ab", 0, -1, 2);
    assertRefused("malformed", one, "ab", 1, 2);
    assertRefused("malformed", one, "ab");
    assertRefused("malformed", one, "\u00fc", 0, 1, 2);
  }

  private void assertRefused(String message, String schema, String utf8, long... offsets) {
    byte[] bytes = utf8.getBytes(StandardCharsets.UTF_8);
    TensorLayout layout = new TensorLayout("model").metadata("schema", schema)
        .tensor("vocabulary.0.utf8", TensorType.U8, bytes.length).tensor("vocabulary.0.offsets", TensorType.I64, offsets.length);
    assertRefused(message, layout, bytes, offsets);
  }

  private void assertRefused(String message, TensorLayout layout, byte[] utf8, long[] offsets) {
    Path path = directory.resolve("bad");
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      if (utf8 != null) {
        writer.tensor("vocabulary.0.utf8").append(utf8);
        writer.tensor("vocabulary.0.offsets").append(offsets);
      }
      writer.commit();
    }
    try (TensorFileReader reader = TensorFileReader.open(path, "model")) {
      String actual = assertThrows(ModelFormatException.class, () -> EncoderTensors.read(reader)).getMessage();
      assertTrue(actual.contains(message), actual);
    }
  }
}
