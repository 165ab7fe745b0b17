package io.dimsieve.data;

import java.util.Locale;

/** What rows of a dataset are for. */
public enum Part {
  TRAIN,
  VALIDATION,
  TEST;

  /** Name of the part's tensor in a dataset file. */
  String tensor() {
    return "rows." + name().toLowerCase(Locale.ROOT);
  }
}
