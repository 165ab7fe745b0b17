package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import java.util.Locale;

/** Which weights the training of a compacted model begins with. */
public enum Retrain {
  /** Fresh ones, drawn with the seed. */
  FRESH,
  /** Those of the search's super-net whose columns survive; fresh ones where a method has no super-net. */
  INHERIT;

  /** Reads a mode as users write it. */
  public static Retrain of(String name) {
    for (Retrain mode : values()) {
      if (mode.name().equalsIgnoreCase(name)) {
        return mode;
      }
    }
    throw new ConfigurationException("unknown way to retrain '" + name + "': fresh or inherit");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
