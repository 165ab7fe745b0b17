package io.dimsieve.tensor;

import io.dimsieve.ConfigurationException;
import java.util.Locale;

/** How an entry of an embedding table is stored for serving. Training computes in 32-bit floats whatever is stored. */
public enum Precision {
  /** IEEE 754 binary32. */
  F32(4, 0),
  /** IEEE 754 binary16. */
  F16(2, 0),
  /** A signed byte times one 32-bit scale per field. */
  I8(1, 4);

  private final int bytes;
  private final int scaleBytes;

  Precision(int bytes, int scaleBytes) {
    this.bytes = bytes;
    this.scaleBytes = scaleBytes;
  }

  /** Bytes of an entry. */
  public int bytes() {
    return bytes;
  }

  /** Bytes a field's table takes besides, for its scale. */
  public int scaleBytes() {
    return scaleBytes;
  }

  /** Reads a precision as users write it. */
  public static Precision of(String name) {
    for (Precision precision : values()) {
      if (precision.toString().equals(name)) {
        return precision;
      }
    }
    throw new ConfigurationException("unknown precision '" + name + "': f32, f16 or i8");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
