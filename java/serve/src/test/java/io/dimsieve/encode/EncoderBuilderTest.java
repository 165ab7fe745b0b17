package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class EncoderBuilderTest {

  private static final Schema SCHEMA = new Schema(LabelRule.binary("y"), List.of(
      Field.categorical("a", 1),
      new Field("h", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 2)));

  @Test
  void withoutRowsEveryTableHasRowZeroOnly() {
    Encoder encoder = new EncoderBuilder(SCHEMA).build();
    assertArrayEquals(new int[] {1, 2}, encoder.rows());
    assertEquals(0, encoder.encode(0, "x"));
    assertEquals(0, encoder.encode(0, null));
  }

  @Test
  void buildIsASnapshot() {
    EncoderBuilder builder = new EncoderBuilder(SCHEMA);
    builder.count(0, "x");
    Encoder before = builder.build();
    builder.count(0, "y");
    builder.count(0, "y");
    assertEquals(1, before.encode(0, "x"));
    assertEquals(0, before.encode(0, "y"));
    assertEquals(1, builder.build().encode(0, "y"));
  }
}
