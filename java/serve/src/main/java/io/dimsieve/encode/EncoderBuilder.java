package io.dimsieve.encode;

import io.dimsieve.ConfigurationException;
import java.util.ArrayList;
import java.util.List;

/** Builds an {@link Encoder} from one pass over the training rows. Memory is that of the distinct values. Not thread-safe. */
public final class EncoderBuilder {

  private final Schema schema;
  private final List<ValueCounter> counters = new ArrayList<>();

  public EncoderBuilder(Schema schema) {
    this.schema = schema;
    for (Field field : schema.fields()) {
      counters.add(field.hashed() ? null : new ValueCounter());
    }
  }

  /**
   * Counts one value of one row; of a hashed field it only checks it.
   *
   * @param field index in the schema
   * @param raw column text, null = missing
   * @throws IllegalArgumentException for a malformed number; the message has field name and text
   * @throws ConfigurationException when the distinct values of the field outgrow 2 GiB
   */
  public void count(int field, String raw) {
    Field description = schema.fields().get(field);
    String value = description.value(raw);
    ValueCounter counter = counters.get(field);
    if (counter == null) {
      return;
    }
    try {
      counter.count(value);
    } catch (IllegalStateException e) {
      throw new ConfigurationException("field '" + description.name() + "': its distinct values take " + e.getMessage()
          + "; give it hashBuckets", e);
    }
  }

  /** The encoder of what was counted so far. */
  public Encoder build() {
    List<Vocabulary> vocabularies = new ArrayList<>();
    for (int i = 0; i < counters.size(); i++) {
      ValueCounter counter = counters.get(i);
      vocabularies.add(counter == null ? null : counter.vocabulary(schema.fields().get(i).minCount()));
    }
    return Encoder.of(schema, vocabularies);
  }
}
