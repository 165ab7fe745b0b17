package io.dimsieve.kernel;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;

/**
 * Calls of kernels that a back end recorded and does again with one launch: on CUDA a graph, on the CPU a list. Addresses, sizes and scalar arguments are those of the recording;
 * what the addresses hold may change between launches.
 */
public final class Graph implements AutoCloseable {

  private final Backend backend;
  private long graph;

  private Graph(Backend backend, long graph) {
    this.backend = backend;
    this.graph = graph;
  }

  /**
   * Records what {@code calls} asks of the back end's stream, without doing it. The calls must have been done once before, so that libraries have what they
   * allocate at first use, and must copy nothing from or to the host.
   */
  public static Graph record(Backend backend, Runnable calls) {
    Status.check("capture_begin", Native.ds_capture_begin(backend.handle(), backend.stream()));
    try {
      calls.run();
    } catch (RuntimeException | Error e) {
      end(backend).close();
      throw e;
    }
    return end(backend);
  }

  private static Graph end(Backend backend) {
    try (Block out = HostAllocator.INSTANCE.allocate(Long.BYTES)) {
      Status.check("capture_end", Native.ds_capture_end(backend.handle(), backend.stream(), out.address()));
      return new Graph(backend, out.view().getLong(0));
    }
  }

  /** Does the recorded calls, in their order, after what the stream holds already. */
  public void launch() {
    Status.check("graph_launch", Native.ds_graph_launch(backend.handle(), backend.stream(), graph));
  }

  @Override
  public void close() {
    if (graph != 0) {
      Status.check("graph_destroy", Native.ds_graph_destroy(backend.handle(), graph));
      graph = 0;
    }
  }
}
