package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
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

  @Test
  void numbersAreCountedLaterAndMappedToIds() {
    Schema schema = new Schema(LabelRule.binary("y"), List.of(
        Field.categorical("a", 2), new Field("h", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 50), Field.numeric("n", Bucketizer.LOG2_NULL, 1)));
    byte[] utf8 = "xyyzy".getBytes(StandardCharsets.UTF_8);
    long[] each = {1, 1L << 32 | 2, 2L << 32 | 3, 3L << 32 | 4, 4L << 32 | 5};
    EncoderBuilder builder = new EncoderBuilder(schema);
    int[] numbers = new int[5];
    builder.numbers(0, utf8, each, 0, 5, numbers);
    assertArrayEquals(new int[] {0, 1, 1, 2, 1}, numbers);
    builder.count(0, numbers, new int[] {0, 1, 3, 4, 2}, 4);
    assertEquals("y", builder.vocabulary(0).value(1));
    assertArrayEquals(new int[] {0, 1, 0}, builder.ids(0), "x and z are seen once");

    builder.numbers(1, utf8, each, 0, 5, numbers);
    builder.count(1, numbers, new int[] {0}, 1);
    assertNull(builder.ids(1));
    assertEquals(FeatureHash.row(utf8, 0, 1, 50), numbers[0]);

    byte[] ages = "10119997".getBytes(StandardCharsets.UTF_8); // 10, 11, 9997, 10, missing
    builder.numbers(2, ages, new long[] {2, 2L << 32 | 4, 4L << 32 | 8, 2, 0}, 0, 5, numbers);
    assertArrayEquals(new int[] {0, 0, 1, 0, 2}, numbers);
  }
}
