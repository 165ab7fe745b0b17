package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.StoredBytes;
import java.util.Locale;

/**
 * How large the embedding tables may be, as a share of the uniform ones.
 *
 * @param share in (0, 1]
 * @param unit what is counted
 */
public record Budget(double share, Unit unit) {

  /** What a budget counts. */
  public enum Unit {
    /** Entries: Σ rows · width, or what row masks keep. */
    PARAMETERS,
    /** Bytes as stored, indices included ({@link StoredBytes}). */
    BYTES,
    /** Columns, whatever their tables' rows. */
    DIMENSIONS;

    /** Reads a unit as users write it. */
    public static Unit of(String name) {
      for (Unit unit : values()) {
        if (unit.name().equalsIgnoreCase(name)) {
          return unit;
        }
      }
      throw new ConfigurationException("unknown budget unit '" + name + "': parameters, bytes or dimensions");
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Budget {
    if (!(share > 0 && share <= 1)) {
      throw new ConfigurationException("a budget is a share in (0, 1], not " + share);
    }
  }

  /** What the layout costs. */
  public long cost(EmbeddingLayout layout) {
    return switch (unit) {
      case PARAMETERS -> layout.parameters();
      case BYTES -> StoredBytes.of(layout);
      case DIMENSIONS -> layout.columns();
    };
  }

  /** What one more whole column of a field costs. */
  public long columnCost(EmbeddingLayout layout, int field) {
    return switch (unit) {
      case PARAMETERS -> layout.rows(field);
      case BYTES -> StoredBytes.column(layout.rows(field), layout.precision());
      case DIMENSIONS -> 1;
    };
  }

  /** The most a layout may cost, given the uniform one. */
  public long limit(EmbeddingLayout uniform) {
    return (long) Math.floor(share * cost(uniform) + 1e-9);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.4g%% of %s", 100 * share, unit);
  }
}
