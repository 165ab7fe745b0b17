package io.dimsieve.encode;

/** What the text of a field's column is. */
public enum FieldKind {
  /** Any text; every distinct text is a value of its own. */
  CATEGORICAL,
  /** A decimal number; a {@link Bucketizer} makes it a categorical value. */
  NUMERIC
}
