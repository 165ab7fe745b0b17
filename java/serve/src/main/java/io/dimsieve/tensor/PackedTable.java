package io.dimsieve.tensor;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The tables of all fields as they are stored, in device memory, with the descriptors that {@code packed_gather} takes. For serving. */
public final class PackedTable {

  private final EmbeddingLayout layout;
  private final long data;
  private final Tensor descriptors;

  /** Copies stored tables into memory of {@code owner}. */
  public PackedTable(Backend backend, Allocator owner, StoredTables stored) {
    List<PackedField> fields = stored.fields();
    long[] at = new long[fields.size() + 1];
    for (int f = 0; f < fields.size(); f++) {
      at[f + 1] = at[f] + (fields.get(f).bytes() + Block.ALIGNMENT - 1) / Block.ALIGNMENT * Block.ALIGNMENT;
    }
    layout = stored.layout();
    data = owner.allocate(at[fields.size()]).address();
    descriptors = describe(backend, owner, stored, at);
    for (int f = 0; f < fields.size(); f++) {
      long begin = data + at[f];
      fields.get(f).copy((offset, piece) -> {
        try (Block host = HostAllocator.INSTANCE.allocate(piece.remaining())) {
          host.view().putBytes(0, piece, piece.remaining());
          backend.copyIn(begin + offset, host.address(), host.bytes());
        }
      });
    }
  }

  /**
   * Tables that are in memory already, such as those of a mapped file.
   *
   * @param owner of the descriptors
   * @param data first byte of the memory
   * @param at where each field's table begins, in bytes from {@code data} on; multiples of 8
   */
  public PackedTable(Backend backend, Allocator owner, StoredTables stored, long data, long[] at) {
    this.layout = stored.layout();
    this.data = data;
    this.descriptors = describe(backend, owner, stored, at);
  }

  private static Tensor describe(Backend backend, Allocator owner, StoredTables stored, long[] at) {
    List<PackedField> fields = stored.fields();
    long[] all = new long[Math.toIntExact(fields.stream().mapToLong(field -> field.descriptor(0, 0).length).sum())];
    for (int f = 0, n = 0; f < fields.size(); f++) {
      for (long number : fields.get(f).descriptor(stored.layout().column(f), at[f])) {
        all[n++] = number;
      }
    }
    return Tensor.of(backend, owner, all);
  }

  /** Packs tables in the forms and the precision that their layout asks for. */
  public static PackedTable pack(Backend backend, Allocator owner, EmbeddingTable table) {
    int fields = table.layout().fields();
    byte[] forms = new byte[fields];
    float[] scales = new float[fields];
    long[] bytes = new long[fields];
    List<ByteBuffer> stored = new ArrayList<>();
    for (int f = 0; f < fields; f++) {
      FieldPacker packer = new FieldPacker(table, f);
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(packer.bytes()));
      packer.write(content::put);
      forms[f] = (byte) packer.form().ordinal();
      scales[f] = packer.scale();
      bytes[f] = packer.bytes();
      stored.add(content);
    }
    return new PackedTable(backend, owner, StoredTables.of(
        "memory", table.layout(), table.layout().precision().toString(), forms, scales, bytes,
        (f, offset, target) -> target.put(stored.get(f).slice((int) offset, target.remaining()))));
  }

  /** Rows and columns. */
  public EmbeddingLayout layout() {
    return layout;
  }

  /** Address of the stored bytes. */
  public long data() {
    return data;
  }

  /** I64 [1, fields · 8]. */
  public Tensor descriptors() {
    return descriptors;
  }
}
