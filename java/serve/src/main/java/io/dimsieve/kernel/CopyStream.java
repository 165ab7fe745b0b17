package io.dimsieve.kernel;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;

/**
 * A second stream of a back end, which copies from {@link Backend#pinned()} memory while the back end's own stream computes. The host waits for neither: one
 * stream comes after the other where it is told to. On the CPU copies are done when they return.
 */
public final class CopyStream implements AutoCloseable {

  private final Backend backend;
  private long stream;

  public CopyStream(Backend backend) {
    this.backend = backend;
    try (Block out = HostAllocator.INSTANCE.allocate(Long.BYTES)) {
      Status.check("stream_create", Native.ds_stream_create(backend.handle(), 1, out.address()));
      this.stream = out.view().getLong(0);
    }
  }

  /** Copies host memory to the device. */
  public void copyIn(long device, long host, long bytes) {
    Status.check("copy_in", Native.ds_copy_in(backend.handle(), stream(), device, host, bytes));
  }

  /** What the back end is asked for from now on comes after all copies asked for so far. */
  public void beforeCompute() {
    Status.check("stream_after", Native.ds_stream_after(backend.handle(), backend.stream(), stream()));
  }

  /** Copies asked for from now on come after all that the back end has been asked for so far. */
  public void afterCompute() {
    Status.check("stream_after", Native.ds_stream_after(backend.handle(), stream(), backend.stream()));
  }

  private long stream() {
    if (stream == 0) {
      throw new IllegalStateException("copy stream used after close");
    }
    return stream;
  }

  /** Waits for the copies, and ends the stream. */
  @Override
  public void close() {
    if (stream != 0) {
      long ended = stream;
      stream = 0;
      Status.check("stream_destroy", Native.ds_stream_destroy(backend.handle(), ended));
    }
  }
}
