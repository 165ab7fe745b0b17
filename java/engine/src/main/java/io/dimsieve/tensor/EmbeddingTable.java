package io.dimsieve.tensor;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Allocator;
import java.util.Arrays;

/**
 * The tables of all fields in one tensor, with the index arrays that the embedding kernels take. Field f's rows begin at element
 * {@code base[f]}, row-major, {@code width(f)} floats each.
 */
public final class EmbeddingTable {

  private final EmbeddingLayout layout;
  private final Tensor values;
  private final Tensor base;
  private final Tensor width;
  private final Tensor column;
  private final Tensor rows;
  private final Tensor identity;
  private final Tensor squareBase;
  private final long[] hostBase;
  private final long squares;
  private Tensor mask;

  /** Zero-filled tables in memory of {@code owner}. */
  public EmbeddingTable(Backend backend, Allocator owner, EmbeddingLayout layout) {
    this.layout = layout;
    int fields = layout.fields();
    hostBase = new long[fields];
    long[] hostSquareBase = new long[fields];
    int[] hostColumn = new int[fields];
    long at = 0;
    long square = 0;
    for (int f = 0; f < fields; f++) {
      hostBase[f] = at;
      hostSquareBase[f] = square;
      hostColumn[f] = layout.column(f);
      at += (long) layout.rows(f) * layout.width(f);
      square += (long) layout.width(f) * layout.width(f);
    }
    squares = square;
    values = Tensor.floats(backend, owner, 1, at);
    base = Tensor.of(backend, owner, hostBase);
    width = Tensor.of(backend, owner, layout.widths());
    column = Tensor.of(backend, owner, hostColumn);
    rows = Tensor.of(backend, owner, Arrays.stream(layout.rows()).asLongStream().toArray());
    identity = Tensor.of(backend, owner, layout.identity());
    squareBase = Tensor.of(backend, owner, hostSquareBase);
  }

  public EmbeddingLayout layout() {
    return layout;
  }

  /** F32 [1, parameters]. */
  public Tensor values() {
    return values;
  }

  /** I64 [fields]: first element of each table. */
  public Tensor base() {
    return base;
  }

  /** First element of a field's table. */
  public long base(int field) {
    return hostBase[field];
  }

  /** I32 [fields]. */
  public Tensor width() {
    return width;
  }

  /** I32 [fields]: first batch column. */
  public Tensor column() {
    return column;
  }

  /** I64 [fields]. */
  public Tensor rows() {
    return rows;
  }

  /** I32 [columns]: base column of each batch column. */
  public Tensor identity() {
    return identity;
  }

  /** I64 [fields]: first element of each field's width × width matrix in an array of {@link #squares()}. */
  public Tensor squareBase() {
    return squareBase;
  }

  /** Σ width². */
  public long squares() {
    return squares;
  }

  /** The hard mask, F32 [1, columns] of 0 and 1, or null. */
  public Tensor mask() {
    return mask;
  }

  /** Puts a mask behind the tables; null takes it away. */
  public void mask(Tensor hardMask) {
    mask = hardMask;
  }

  /** Address of the mask for kernels: 0 when there is none. */
  public long maskAddress() {
    return mask == null ? 0 : mask.address();
  }
}
