package io.dimsieve.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Some rows of a {@link RowSource} as bytes. Column 0 of a row is its label, column 1 + f its field f in the schema's order; a
 * column is a stretch of one array, in UTF-8, empty when the value is missing. A source reuses a block for the rows that follow.
 */
public final class RowBlock {

  /** Bytes after which a block is full, unless a single row has more. */
  public static final int BYTES = 1 << 17;

  private static final int TILE = 16;
  private static final int MAX_ROWS = 1 << 12;
  private static final int MAX_COLUMNS = 1 << 16; // of all rows together

  private final int columns;
  private byte[] bytes = new byte[BYTES];
  private int used;
  private final long[] stretches; // [columns][capacity], of the first settled rows
  private final long[] tile; // [TILE][columns], of the other rows: so few that writing a row touches few pages
  private int settled;
  private final long[] times;
  private int rows;
  private int next; // column of the row that has been begun

  /** An empty block for rows of so many fields. */
  public RowBlock(int fields) {
    columns = 1 + fields;
    times = new long[Math.max(1, Math.min(MAX_ROWS, MAX_COLUMNS / columns))];
    stretches = new long[columns * times.length];
    tile = new long[columns * TILE];
  }

  /** Most rows a block can have. */
  int capacity() {
    return times.length;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** The bytes of all values; a source that reads bytes may bring its own. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes} a value starts. */
  public int start(int row, int column) {
    return (int) (stretches()[first(column) + row] >>> Integer.SIZE);
  }

  /** Where in {@link #bytes} a value ends. */
  public int end(int row, int column) {
    return (int) stretches()[first(column) + row];
  }

  /** Start (upper 32 bits) and end (lower 32 bits) of all values, column by column. Before several threads read a block, one has to. */
  long[] stretches() {
    if (settled < rows) {
      settle();
    }
    return stretches;
  }

  private void settle() {
    for (int column = 0; column < columns; column++) {
      int to = first(column) + settled;
      for (int i = 0; i < rows - settled; i++) {
        stretches[to + i] = tile[i * columns + column];
      }
    }
    settled = rows;
  }

  /** Where in {@link #stretches} a column begins. */
  int first(int column) {
    return column * times.length;
  }

  /** A value as text; empty when it is missing. */
  public String text(int row, int column) {
    return new String(bytes, start(row, column), end(row, column) - start(row, column), StandardCharsets.UTF_8);
  }

  /** Time of a row for {@link Split#byOrder}. */
  long time(int row) {
    return times[row];
  }

  /** Leaves no row. */
  public void clear() {
    rows = 0;
    settled = 0;
    next = 0;
    used = 0;
  }

  /** Whether another row should wait for the next block. */
  public boolean isFull() {
    return rows == times.length || used >= BYTES;
  }

  /** Puts the rows to come into this array, which takes the place of the block's own; the block must be empty. */
  public void use(byte[] array) {
    bytes = array;
  }

  /** Adds the next column of the row that has been begun: a stretch of {@link #bytes}. */
  public void add(int start, int end) {
    tile[(rows - settled) * columns + next++] = (long) start << Integer.SIZE | end;
  }

  /** Adds the next column of the row that has been begun, null when missing; the text is appended to {@link #bytes}. */
  public void add(String value) {
    int start = used;
    if (value != null) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      used = Math.addExact(start, utf8.length);
      if (used > bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(used, 2L * bytes.length)));
      }
      System.arraycopy(utf8, 0, bytes, start, utf8.length);
    }
    add(start, used);
  }

  /** Leaves only some rows: the first of these, in ascending order. */
  void keep(int[] kept, int count) {
    stretches();
    for (int i = 0; i < count; i++) {
      times[i] = times[kept[i]];
      for (int column = 0; column < columns; column++) {
        stretches[first(column) + i] = stretches[first(column) + kept[i]];
      }
    }
    rows = count;
    settled = count;
  }

  /** Ends a row all of whose columns were added. */
  public void endRow() {
    endRow(0);
  }

  /** Ends a row of a certain time, in any unit; rows of equal time keep the order of the source. */
  public void endRow(long time) {
    if (next != columns) {
      throw new IllegalStateException("a row of " + next + " columns in a block of " + columns);
    }
    times[rows++] = time;
    next = 0;
    if (rows - settled == TILE) {
      settle();
    }
  }
}
