package io.dimsieve.encode;

import io.dimsieve.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Maps the text of every field to a row of its table; row 0 is for unknown values. Immutable, for any number of threads. */
public final class Encoder {

  private static final byte[] MISSING = {};

  private final Schema schema;
  private final Field[] fields;
  private final Vocabulary[] vocabularies;
  private final ValueIndex[] indexes;
  private final int[] rows;

  private Encoder(Schema schema, List<Vocabulary> vocabularies) {
    this.schema = schema;
    this.fields = schema.fields().toArray(Field[]::new);
    this.vocabularies = vocabularies.toArray(Vocabulary[]::new);
    this.indexes = new ValueIndex[fields.length];
    this.rows = new int[fields.length];
    for (int i = 0; i < fields.length; i++) {
      indexes[i] = fields[i].hashed() ? hash(fields[i]) : this.vocabularies[i];
      rows[i] = fields[i].hashed() ? fields[i].hashBuckets() : this.vocabularies[i].rows();
    }
  }

  /**
   * An encoder of known vocabularies.
   *
   * @param vocabularies one for each field, null for exactly the hashed ones
   * @throws IllegalArgumentException when they do not fit the schema; the message has the field
   */
  public static Encoder of(Schema schema, List<Vocabulary> vocabularies) {
    List<Field> fields = schema.fields();
    if (vocabularies.size() != fields.size()) {
      throw new IllegalArgumentException(vocabularies.size() + " vocabularies for " + fields.size() + " fields");
    }
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).hashed() != (vocabularies.get(i) == null)) {
        throw new IllegalArgumentException("field '" + fields.get(i).name() + "': "
            + (fields.get(i).hashed() ? "hashed, but a vocabulary is given" : "its vocabulary is missing"));
      }
    }
    return new Encoder(schema, vocabularies);
  }

  public Schema schema() {
    return schema;
  }

  /** Number of fields. */
  public int fields() {
    return fields.length;
  }

  /** Table rows of a field, row 0 included. */
  public int rows(int field) {
    return rows[field];
  }

  /** Table rows of every field, row 0 included; a copy. */
  public int[] rows() {
    return rows.clone();
  }

  /** The vocabulary of a field, null for a hashed one. */
  public Vocabulary vocabulary(int field) {
    return vocabularies[field];
  }

  /**
   * An encoder that knows fewer values: of each field the most frequent ones.
   *
   * @param fewer table rows of each field, row 0 included, 1 to {@link #rows()}
   * @throws ConfigurationException when a hashed field would lose rows: its rows have no order
   */
  public Encoder truncated(int[] fewer) {
    List<Vocabulary> cut = new ArrayList<>();
    for (int i = 0; i < fields.length; i++) {
      if (fewer[i] < 1 || fewer[i] > rows[i] || (fields[i].hashed() && fewer[i] < rows[i])) {
        throw new ConfigurationException(
            "field '" + fields[i].name() + "'" + (fields[i].hashed() ? ", hashed," : "") + " of " + rows[i] + " rows cannot have " + fewer[i]);
      }
      cut.add(fields[i].hashed() ? null : vocabularies[i].truncated(fewer[i]));
    }
    return new Encoder(schema, cut);
  }

  /** How a hashed field numbers its values. */
  static ValueIndex hash(Field field) {
    int rows = field.hashBuckets();
    return (utf8, from, to) -> FeatureHash.row(utf8, from, to, rows);
  }

  /**
   * The table row of a value.
   *
   * @param field index in the schema
   * @param raw column text; null and empty both mean missing
   * @return from 0 to rows(field) − 1
   * @throws IllegalArgumentException for a malformed number; the message has field name and text
   */
  public int encode(int field, String raw) {
    byte[] utf8 = raw == null ? MISSING : raw.getBytes(StandardCharsets.UTF_8);
    return encode(field, utf8, 0, utf8.length);
  }

  /**
   * The table row of a value whose column text is {@code utf8[from .. to)}, empty when missing; otherwise as the other method.
   * Allocates nothing for categories and small numbers.
   */
  public int encode(int field, byte[] utf8, int from, int to) {
    return fields[field].number(indexes[field], utf8, from, to);
  }
}
