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

  public EncoderBuilder(Schema schema) {
    this.schema = schema;
    this.fields = schema.fields().toArray(Field[]::new);
    this.counters = new ValueCounter[fields.length];
    this.indexes = new ValueIndex[fields.length];
    for (int i = 0; i < fields.length; i++) {
      counters[i] = fields[i].hashed() ? null : new ValueCounter();
      indexes[i] = fields[i].hashed() ? Encoder.hash(fields[i]) : counters[i];
    }
  }

  /**
   * The number of a value that is counted or not: of a hashed field its table row, of any other its place among the values in
   * the order they came.
   *
   * @param field index in the schema
   * @param utf8 column text in {@code [from, to)}, empty = missing
   * @throws IllegalArgumentException for a malformed number; the message has field name and text
   * @throws ConfigurationException when the distinct values of the field outgrow 2 GiB
   */
  public int number(int field, byte[] utf8, int from, int to) {
    try {
      return fields[field].number(indexes[field], utf8, from, to);
    } catch (IllegalStateException e) {
      throw new ConfigurationException("field '" + fields[field].name() + "': its distinct values take " + e.getMessage()
          + "; give it hashBuckets", e);
    }
  }

  /** Counts a value once more, given its number; of a hashed field nothing is counted. */
  public void count(int field, int number) {
    if (counters[field] != null) {
      counters[field].count(number);
    }
  }

  /** Numbers and counts one value of one row; null = missing. */
  public void count(int field, String raw) {
    byte[] utf8 = (raw == null ? "" : raw).getBytes(StandardCharsets.UTF_8);
    count(field, number(field, utf8, 0, utf8.length));
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
