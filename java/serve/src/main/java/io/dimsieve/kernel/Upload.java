package io.dimsieve.kernel;

import io.dimsieve.memory.Block;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A few numbers that the host writes and the device reads, again and again, without a wait: they are written to pinned slots in turn. When no slot is left of
 * which it is known that the device has read it, because nobody has waited for the device for {@value #SLOTS} turns, it is waited for.
 *
 * <pre>
 *   int at = upload.next();
 *   upload.view().putLong(at, value);
 *   upload.to(address);
 * </pre>
 */
public final class Upload implements AutoCloseable {

  private static final int SLOTS = 64;

  private final Backend backend;
  private final int bytes;
  private final Block block;
  private final UnsafeBuffer view;
  private final long[] usedAt = new long[SLOTS];
  private int slot = -1;

  /**
   * Room for numbers.
   *
   * @param bytes of one slot
   */
  public Upload(Backend backend, int bytes) {
    this.backend = backend;
    this.bytes = bytes;
    this.block = backend.pinned().allocate((long) SLOTS * bytes);
    this.view = block.view();
    Arrays.fill(usedAt, -1);
  }

  /** Offset in {@link #view()} of the slot to write now; what was written there some turns ago is there still. */
  public int next() {
    slot = (slot + 1) % SLOTS;
    if (usedAt[slot] == backend.waits()) {
      backend.synchronize();
    }
    return slot * bytes;
  }

  public UnsafeBuffer view() {
    return view;
  }

  /** Copies the slot that was written last to the device, after what the back end was asked for before. */
  public void to(long device) {
    backend.copyIn(device, block.address() + (long) slot * bytes, bytes);
    usedAt[slot] = backend.waits();
  }

  @Override
  public void close() {
    block.close();
  }
}
