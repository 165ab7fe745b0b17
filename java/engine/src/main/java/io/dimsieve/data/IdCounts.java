package io.dimsieve.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** How often each id of each field occurs in a part of a dataset. One pass over the part; 8 bytes per table row. */
public final class IdCounts {

  private static final int CHUNK_BYTES = 1 << 18;

  private final long[][] counts;

  /**
   * Counts that are known.
   *
   * @param counts [fields][rows of the field]
   */
  public IdCounts(long[][] counts) {
    this.counts = Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
  }

  /**
   * Counts the ids of a part.
   *
   * @throws io.dimsieve.ModelFormatException when the file can no longer be read
   */
  public static IdCounts of(Dataset dataset, Part part) {
    int fields = dataset.fields();
    long[][] counts = new long[fields][];
    int[] rows = dataset.rows();
    for (int f = 0; f < fields; f++) {
      counts[f] = new long[rows[f]];
    }
    int chunkRows = Math.max(1, CHUNK_BYTES / dataset.rowBytes());
    ByteBuffer chunk = ByteBuffer.allocate(chunkRows * dataset.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (long first = 0; first < dataset.rows(part); first += chunkRows) {
      int read = (int) Math.min(chunkRows, dataset.rows(part) - first);
      dataset.read(part, first, chunk.clear().limit(read * dataset.rowBytes()));
      chunk.flip();
      for (int i = 0; i < read; i++) {
        chunk.getInt(); // the label
        for (int f = 0; f < fields; f++) {
          counts[f][chunk.getInt()]++;
        }
      }
    }
    return new IdCounts(counts);
  }

  public int fields() {
    return counts.length;
  }

  /** Table rows of a field. */
  public int rows(int field) {
    return counts[field].length;
  }

  /** Occurrences of an id. */
  public long count(int field, int id) {
    return counts[field][id];
  }
}
