package io.dimsieve.memory;

import java.util.ArrayList;
import java.util.List;

/** Blocks that live and die together: whatever it allocated is freed, newest first, when it is closed. */
public final class Arena implements Allocator, AutoCloseable {

  private final Allocator source;
  private final List<Block> blocks = new ArrayList<>();

  public Arena(Allocator source) {
    this.source = source;
  }

  @Override
  public Block allocate(long bytes) {
    Block block = source.allocate(bytes);
    blocks.add(block);
    return block;
  }

  /** Bytes held now. */
  public long bytes() {
    return blocks.stream().mapToLong(Block::bytes).sum();
  }

  @Override
  public void close() {
    for (int i = blocks.size() - 1; i >= 0; i--) {
      blocks.get(i).close();
    }
    blocks.clear();
  }
}
