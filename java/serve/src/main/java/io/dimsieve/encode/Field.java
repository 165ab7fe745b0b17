package io.dimsieve.encode;

import io.dimsieve.ConfigurationException;
import java.nio.charset.StandardCharsets;

/**
 * One input column and how its text becomes a row of the field's embedding table.
 *
 * @param name column name, unique in the schema
 * @param bucketizer how a number becomes a value; {@link Bucketizer#NONE} for a categorical field
 * @param minCount a value seen fewer times in the training rows shares row 0; at least 1, exactly 1 for a hashed field
 * @param hashBuckets 0: the field has a vocabulary; otherwise the table rows, row 0 included, for {@link FeatureHash}; at least 2
 */
public record Field(String name, FieldKind kind, Bucketizer bucketizer, int minCount, int hashBuckets) {

  /** Checks the field; a bad one is a {@link ConfigurationException} that names it. */
  public Field {
    if (name.isBlank() || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new ConfigurationException("field name '" + name + "' is blank or not valid Unicode");
    }
    if (kind == FieldKind.CATEGORICAL && bucketizer != Bucketizer.NONE) {
      throw invalid(name, "bucketizer " + bucketizer + " needs kind numeric, not categorical");
    }
    if (minCount < 1) {
      throw invalid(name, "minCount is " + minCount + ", must be at least 1");
    }
    if (hashBuckets < 0 || hashBuckets == 1) {
      throw invalid(name, "hashBuckets is " + hashBuckets + ", must be 0 (vocabulary) or at least 2");
    }
    if (hashBuckets > 0 && minCount > 1) {
      throw invalid(name, "minCount is " + minCount + ", but a hashed field counts nothing; leave it at 1");
    }
  }

  /** A categorical field with a vocabulary. */
  public static Field categorical(String name, int minCount) {
    return new Field(name, FieldKind.CATEGORICAL, Bucketizer.NONE, minCount, 0);
  }

  /** A numeric field with a vocabulary of buckets. */
  public static Field numeric(String name, Bucketizer bucketizer, int minCount) {
    return new Field(name, FieldKind.NUMERIC, bucketizer, minCount, 0);
  }

  /** Whether rows come from {@link FeatureHash} instead of a vocabulary. */
  public boolean hashed() {
    return hashBuckets > 0;
  }

  /**
   * What an index says of the field's value: of the text itself, or of the bucket of the number it is.
   *
   * @param utf8 column text in {@code [from, to)}; empty means missing
   * @throws IllegalArgumentException for a malformed number; the message has field name and text
   */
  int number(ValueIndex index, byte[] utf8, int from, int to) {
    if (kind == FieldKind.CATEGORICAL) {
      return index.number(utf8, from, to);
    }
    byte[] bucket;
    try {
      bucket = bucketizer.bucket(utf8, from, to);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("field '" + name + "': " + e.getMessage(), e);
    }
    return index.number(bucket, 0, bucket.length);
  }

  /**
   * What {@link #number} gives for many column texts, see {@link EncoderBuilder#numbers}.
   *
   * @param known for small whole numbers what the index said of their buckets, plus 1; 0 = not yet asked
   */
  void numbers(ValueIndex index, int[] known, byte[] utf8, long[] stretches, int first, int count, int[] numbers) {
    if (kind == FieldKind.CATEGORICAL) {
      index.numbers(utf8, stretches, first, count, numbers);
      return;
    }
    for (int i = 0; i < count; i++) {
      int from = (int) (stretches[first + i] >>> Integer.SIZE);
      int to = (int) stretches[first + i];
      int small = bucketizer == Bucketizer.NONE ? -1 : Decimal.small(utf8, from, to, known.length);
      if (small < 0) {
        numbers[i] = number(index, utf8, from, to);
      } else {
        if (known[small] == 0) {
          known[small] = 1 + number(index, utf8, from, to);
        }
        numbers[i] = known[small] - 1;
      }
    }
  }

  private static ConfigurationException invalid(String name, String reason) {
    return new ConfigurationException("field '" + name + "': " + reason);
  }
}
