package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
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
    /** Floats: Σ rows · width. */
    PARAMETERS,
    /** Stored bytes: 4 a float, and the index of 4 bytes per kept column and 8 per field that a compacted table carries. */
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

  private static final long BYTES_PER_COLUMN = 4;
  private static final long BYTES_PER_FIELD = 8;

  public Budget {
    if (!(share > 0 && share <= 1)) {
      throw new ConfigurationException("a budget is a share in (0, 1], not " + share);
    }
  }

  /** What the layout costs. */
  public long cost(EmbeddingLayout layout) {
    long total = unit == Unit.BYTES ? BYTES_PER_FIELD * layout.fields() : 0;
    for (int f = 0; f < layout.fields(); f++) {
      total += layout.width(f) * columnCost(layout.rows(f));
    }
    return total;
  }

  /** What one column of a table of that many rows costs. */
  public long columnCost(int rows) {
    return switch (unit) {
      case PARAMETERS -> rows;
      case BYTES -> 4L * rows + BYTES_PER_COLUMN;
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
