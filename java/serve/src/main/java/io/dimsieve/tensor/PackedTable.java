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
  private final Block data;
  private final Tensor descriptors;

  /** Copies stored tables into memory of {@code owner}. */
  public PackedTable(Backend backend, Allocator owner, StoredTables stored) {
    layout = stored.layout();
    List<PackedField> fields = stored.fields();
    long[] all = new long[Math.toIntExact(fields.stream().mapToLong(field -> field.descriptor(0, 0).length).sum())];
    long[] at = new long[fields.size() + 1];
    for (int f = 0, n = 0; f < fields.size(); f++) {
      for (long number : fields.get(f).descriptor(layout.column(f), at[f])) {
        all[n++] = number;
      }
      at[f + 1] = at[f] + (fields.get(f).bytes() + Block.ALIGNMENT - 1) / Block.ALIGNMENT * Block.ALIGNMENT;
    }
    data = owner.allocate(at[fields.size()]);
    for (int f = 0; f < fields.size(); f++) {
      long begin = data.address() + at[f];
      fields.get(f).copy((offset, piece) -> {
        try (Block host = HostAllocator.INSTANCE.allocate(piece.remaining())) {
          host.view().putBytes(0, piece, piece.remaining());
          backend.copyIn(begin + offset, host.address(), host.bytes());
        }
      });
    }
    descriptors = Tensor.of(backend, owner, all);
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
    return data.address();
  }

  /** I64 [1, fields · 8]. */
  public Tensor descriptors() {
    return descriptors;
  }

  /** Bytes of memory: all tables and their indices, each begun at a multiple of {@link Block#ALIGNMENT}. */
  public long bytes() {
    return data.bytes();
  }
}
