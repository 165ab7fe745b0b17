package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EncoderTest {

  private static final Schema SCHEMA = new Schema(LabelRule.binary("click"), List.of(
      Field.categorical("site", 2),
      Field.numeric("age", Bucketizer.LOG2_NULL, 1),
      new Field("device", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 100)));

  private static Encoder encoder() {
    EncoderBuilder builder = new EncoderBuilder(SCHEMA);
    String[][] rows = {{"a", "10", "d"}, {"b", "11", "e"}, {null, "", null}, {"", null, "f"}, {"b", "2", "d"}, {"b", "12", ""}};
    for (String[] row : rows) {
      for (int field = 0; field < row.length; field++) {
        builder.count(field, row[field]);
      }
    }
    return builder.build();
  }

  @Test
  void truncatedKnowsTheMostFrequentValuesOnly() {
    Encoder cut = encoder().truncated(new int[] {2, 5, 100});
    assertArrayEquals(new int[] {2, 5, 100}, cut.rows());
    assertEquals(1, cut.encode(0, "b"));
    assertEquals(0, cut.encode(0, ""));
    assertEquals(encoder().encode(1, "12"), cut.encode(1, "12"));
    assertEquals(0, encoder().truncated(new int[] {1, 1, 100}).encode(0, "b"));
    for (int[] rows : new int[][] {{0, 5, 100}, {4, 5, 100}, {3, 5, 99}}) {
      assertThrows(io.dimsieve.ConfigurationException.class, () -> encoder().truncated(rows));
    }
  }

  @Test
  void countsBucketsAndHashes() {
    Encoder encoder = encoder();
    assertEquals(3, encoder.fields());
    // site: b (3), "" (2); age: 5 (10 and 11), NULL (2), 0, 6 (ln(12)² = 6.17).
    assertArrayEquals(new int[] {3, 5, 100}, encoder.rows());
    assertEquals(1, encoder.encode(0, "b"));
    assertEquals(2, encoder.encode(0, null));
    assertEquals(2, encoder.encode(0, ""));
    assertEquals(0, encoder.encode(0, "a"));
    assertEquals(1, encoder.encode(1, "10.5"));
    assertEquals(2, encoder.encode(1, null));
    assertEquals(3, encoder.encode(1, "2"));
    assertEquals(0, encoder.encode(1, "1000"));
    assertEquals(0, encoder.encode(2, null));
    assertEquals(FeatureHash.row(new byte[] {'d'}, 0, 1, 100), encoder.encode(2, "d"));
    assertNull(encoder.vocabulary(2));
    assertEquals(SCHEMA, encoder.schema());
  }

  @Test
  void rebuiltFromSchemaAndArraysItEncodesAlike() {
    Encoder original = encoder();
    Vocabulary site = Vocabulary.of(original.vocabulary(0).utf8(), original.vocabulary(0).offsets());
    Vocabulary age = Vocabulary.of(original.vocabulary(1).utf8(), original.vocabulary(1).offsets());
    Encoder rebuilt = Encoder.of(Schema.fromJson(SCHEMA.toJson()), Arrays.asList(site, age, null));
    assertArrayEquals(original.rows(), rebuilt.rows());
    for (int field = 0; field < 3; field++) {
      for (String raw : new String[] {null, "", "2", "10", "12", "77"}) {
        assertEquals(original.encode(field, raw), rebuilt.encode(field, raw));
        byte[] around = ("1" + (raw == null ? "" : raw) + "1").getBytes(StandardCharsets.UTF_8);
        assertEquals(original.encode(field, raw), original.encode(field, around, 1, around.length - 1));
      }
    }
  }

  @Test
  void malformedNumbersNameFieldAndText() {
    String inCount = assertThrows(IllegalArgumentException.class, () -> new EncoderBuilder(SCHEMA).count(1, "old")).getMessage();
    String inEncode = assertThrows(IllegalArgumentException.class, () -> encoder().encode(1, "old")).getMessage();
    assertEquals("field 'age': 'old' is not a finite decimal number", inCount);
    assertEquals(inCount, inEncode);
  }

  @Test
  void refusesVocabulariesThatDoNotFit() {
    Vocabulary any = encoder().vocabulary(0);
    refused("1 vocabularies for 3 fields", List.of(any));
    refused("field 'device': hashed", Collections.nCopies(3, any));
    refused("field 'age': its vocabulary is missing", Arrays.asList(any, null, null));
  }

  private static void refused(String reason, List<Vocabulary> vocabularies) {
    String message = assertThrows(IllegalArgumentException.class, () -> Encoder.of(SCHEMA, vocabularies)).getMessage();
    assertTrue(message.contains(reason), message);
  }
}
