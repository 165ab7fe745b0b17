package io.dimsieve.tensor;

import java.util.Locale;

/** How a field's table lies in storage. The bytes of each stand in {@code native/cpu/packed_gather.cpp} and FORMAT.md, their number in {@link StoredBytes}. */
public enum PackedForm {
  /** Every row has all the field's columns. */
  DENSE,
  /** Runs of rows that keep the same first columns. */
  BANDS,
  /** Row pointers and column numbers of single entries. */
  SPARSE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
