package io.dimsieve.encode;

import io.dimsieve.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds an {@link Encoder} from the values of the training rows. Values are first numbered, then counted by their numbers, so
 * that text need be read but once. Memory is that of the distinct values. A field is for one thread at a time; different fields
 * may be for different threads.
 */
public final class EncoderBuilder {

  private final Schema schema;
  private final Field[] fields;
  private final ValueCounter[] counters;
  private final ValueIndex[] indexes;
  private final int[][] known; // see Field.numbers

  public EncoderBuilder(Schema schema) {
    this.schema = schema;
    this.fields = schema.fields().toArray(Field[]::new);
    this.counters = new ValueCounter[fields.length];
    this.indexes = new ValueIndex[fields.length];
    this.known = new int[fields.length][];
    for (int i = 0; i < fields.length; i++) {
      counters[i] = fields[i].hashed() ? null : new ValueCounter();
      known[i] = new int[fields[i].kind() == FieldKind.NUMERIC ? Bucketizer.SMALL : 0];
      indexes[i] = fields[i].hashed() ? Encoder.hash(fields[i]) : counters[i];
    }
  }

  /**
   * Numbers values without counting them: of a hashed field a number is a table row, of any other the place of the value among
   * those of the field in the order they came.
   *
   * @param field index in the schema
   * @param utf8 holds the column texts, of which an empty one is missing
   * @param stretches where they are: of each text the index of its first byte in the upper, of the byte behind it in the lower
   *     32 bits
   * @param numbers receives the number of each of {@code count} texts from stretch {@code first} on
   * @throws IllegalArgumentException for a malformed number; the message has field name and text
   * @throws ConfigurationException when the distinct values of the field outgrow 2 GiB
   */
  public void numbers(int field, byte[] utf8, long[] stretches, int first, int count, int[] numbers) {
    try {
      fields[field].numbers(indexes[field], known[field], utf8, stretches, first, count, numbers);
    } catch (IllegalStateException e) {
      throw new ConfigurationException("field '" + fields[field].name() + "': its distinct values take " + e.getMessage()
          + "; give it hashBuckets", e);
    }
  }

  /**
   * Counts values, given their numbers; of a hashed field nothing is counted.
   *
   * @param rows the first {@code length} of these say which of the numbers
   */
  public void count(int field, int[] numbers, int[] rows, int length) {
    if (counters[field] != null) {
      counters[field].count(numbers, rows, length);
    }
  }

  /** Numbers and counts one value of one row; null = missing. */
  public void count(int field, String raw) {
    byte[] utf8 = (raw == null ? "" : raw).getBytes(StandardCharsets.UTF_8);
    int[] number = new int[1];
    numbers(field, utf8, new long[] {utf8.length}, 0, 1, number);
    count(field, number, new int[] {0}, 1);
  }

  /** The vocabulary of what was counted so far of a field; null for a hashed one. */
  public Vocabulary vocabulary(int field) {
    return counters[field] == null ? null : counters[field].vocabulary(fields[field].minCount());
  }

  /** The id of each number in the last {@link #vocabulary} of a field; null for a hashed one, whose numbers are ids. */
  public int[] ids(int field) {
    return counters[field] == null ? null : counters[field].ids();
  }

  /** The encoder of what was counted so far. */
  public Encoder build() {
    List<Vocabulary> vocabularies = new ArrayList<>();
    for (int i = 0; i < fields.length; i++) {
      vocabularies.add(vocabulary(i));
    }
    return Encoder.of(schema, vocabularies);
  }
}
