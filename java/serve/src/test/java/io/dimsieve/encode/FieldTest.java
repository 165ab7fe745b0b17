package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class FieldTest {

  /** The text that an index is asked for. */
  private static String value(Field field, String raw) {
    String[] asked = {null};
    byte[] utf8 = raw.getBytes(StandardCharsets.UTF_8);
    field.number((bytes, from, to) -> (asked[0] = new String(bytes, from, to - from, StandardCharsets.UTF_8)).length(), utf8, 0, utf8.length);
    return asked[0];
  }

  @Test
  void valuesAreTextOrBuckets() {
    assertEquals("", value(Field.categorical("c", 1), ""));
    assertEquals("NaN", value(Field.categorical("c", 1), "NaN"));
    assertEquals("NULL", value(Field.numeric("i", Bucketizer.LOG2_NULL, 1), ""));
    assertEquals("5", value(Field.numeric("i", Bucketizer.LOG2_ZERO, 1), "10"));
    Field numeric = Field.numeric("i", Bucketizer.NONE, 1);
    String message = assertThrows(IllegalArgumentException.class, () -> value(numeric, "x1")).getMessage();
    assertEquals("field 'i': 'x1' is not a finite decimal number", message);
  }

  @Test
  void refusesContradictions() {
    refused("blank", " ", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 0);
    refused("not valid Unicode", "\ud834", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 0);
    refused("minCount is 0", "f", FieldKind.CATEGORICAL, Bucketizer.NONE, 0, 0);
    refused("hashBuckets is 1", "f", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, 1);
    refused("hashBuckets is -2", "f", FieldKind.CATEGORICAL, Bucketizer.NONE, 1, -2);
    refused("minCount is 2", "f", FieldKind.CATEGORICAL, Bucketizer.NONE, 2, 8);
    refused("needs kind numeric", "f", FieldKind.CATEGORICAL, Bucketizer.LOG2_ZERO, 1, 0);
  }

  private static void refused(String reason, String name, FieldKind kind, Bucketizer bucketizer, int minCount, int hashBuckets) {
    String message = assertThrows(ConfigurationException.class, () -> new Field(name, kind, bucketizer, minCount, hashBuckets))
        .getMessage();
    assertTrue(message.contains(reason), message);
  }
}
