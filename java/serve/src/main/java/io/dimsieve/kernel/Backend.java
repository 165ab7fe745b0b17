package io.dimsieve.kernel;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One native back end with one stream: on the CPU a pool of threads and an instruction set, on CUDA a card. Kernels run one after the other on
 * the stream; a {@link CopyStream} brings data beside it. Confined to one thread at a time.
 */
public final class Backend implements Allocator, AutoCloseable {

  /** A library that is open until the process ends: its table of functions, what it runs on, what its matrix products run on, and why not on a BLAS. */
  private record Opened(long handle, String device, String products, String noBlas) {}

  private static final Map<String, Opened> OPENED = new ConcurrentHashMap<>();

  private final Opened opened;
  private final long handle;
  private final Device device;
  private final int threads;
  private final String description;
  private final boolean measured;
  private long stream;
  private boolean tf32;
  private long waits;

  private Backend(Opened opened, Device device, int threads, String why) {
    this.opened = opened;
    this.handle = opened.handle();
    this.device = device;
    this.threads = threads;
    String pool = device == Device.CPU ? ", " + threads + (threads == 1 ? " thread" : " threads") : "";
    this.description = opened.device() + pool + ", " + opened.products() + why;
    try (Block out = HostAllocator.INSTANCE.allocate(Long.BYTES)) {
      Status.check("stream_create", Native.ds_stream_create(handle, threads, out.address()));
      this.stream = out.view().getLong(0);
    }
    this.measured = Profiler.attach(this);
  }

  /** The CPU with its best instruction set. */
  public static Backend cpu(int threads) {
    return open(Device.CPU, threads, null);
  }

  /**
   * Opens a back end.
   *
   * @param threads threads of the CPU pool, at least 1; results do not depend on it
   * @param isa "baseline", "avx2" or "avx512"; null for the best one this machine has
   * @throws ConfigurationException when the device or the instruction set is not there: nothing falls back silently
   */
  public static Backend open(Device device, int threads, String isa) {
    return open(device, threads, isa, false);
  }

  /**
   * Opens a back end.
   *
   * @param tf32 whether matrix products may round their factors to TF32 (10 bits of fraction instead of 23), which tensor cores multiply faster
   * @throws ConfigurationException when the device, the instruction set or TF32 is not there; TF32 is cuBLAS's, on cards since 2020
   */
  public static Backend open(Device device, int threads, String isa, boolean tf32) {
    if (threads < 1 || threads > 1024) {
      throw new ConfigurationException("threads must be 1 to 1024, not " + threads);
    }
    if (device == Device.AUTO) {
      try {
        return open(Device.CUDA, threads, null, tf32);
      } catch (ConfigurationException e) {
        return open(Device.CPU, threads, isa, tf32, "; the CPU because " + e.getMessage());
      }
    }
    return open(device, threads, isa, tf32, "");
  }

  private static Backend open(Device device, int threads, String isa, boolean tf32, String why) {
    if (tf32 && device == Device.CPU) {
      throw new ConfigurationException("TF32 is of cuda: device cpu multiplies in float32" + why);
    }
    String key = device + " " + isa + " " + NativeLibrary.override(device.toString()) + " " + Blas.override();
    Backend made = new Backend(OPENED.computeIfAbsent(key, first -> probe(device, isa)), device, threads, why);
    if (tf32) {
      made.allowTf32();
    }
    return made;
  }

  private static Opened probe(Device device, String isa) {
    long handle = NativeLibrary.open(device.toString(), isa);
    byte[] text = new byte[512];
    int status = Native.ds_probe(handle, ByteBuffer.wrap(text), text.length);
    if (status != 0) {
      throw new ConfigurationException("device " + device + " cannot be used: " + NativeLibrary.string(text));
    }
    Set<String> noBlas = new LinkedHashSet<>();
    String blas = bind(handle, device, noBlas);
    String products = blas != null ? blas : device == Device.CPU ? "no BLAS" : "matrix products of its own (no cuBLAS)";
    return new Opened(handle, NativeLibrary.string(text), products, String.join("; ", noBlas));
  }

  private void allowTf32() {
    int status = Native.ds_stream_tf32(handle, stream, 1);
    if (status != 0) {
      close();
      throw new ConfigurationException(
          "TF32 cannot be had: " + (status == Status.NO_BLAS ? "it is cuBLAS's: " + opened.noBlas() : "the card has none: " + description));
    }
    tf32 = true;
  }

  /**
   * Binds the first BLAS that can be; training's matrix products run on it, scoring needs none.
   *
   * @param why takes the reasons why those before it, or all, cannot
   * @return its name, or null
   */
  private static String bind(long handle, Device device, Set<String> why) {
    byte[] text = new byte[512];
    for (String library : Blas.of(device)) {
      if (Native.ds_blas_bind(handle, library, ByteBuffer.wrap(text), text.length) == 0) {
        return library.substring(library.lastIndexOf('/') + 1);
      }
      why.add(NativeLibrary.string(text));
    }
    return null;
  }

  /**
   * The cuBLAS that matrix products on cuda run on. Needs no card.
   *
   * @throws ConfigurationException when there is none, or this build has no use for one
   */
  public static String cublas() {
    Set<String> why = new LinkedHashSet<>();
    String bound = bind(NativeLibrary.open(Device.CUDA.toString(), null), Device.CUDA, why);
    if (bound == null) {
      throw new ConfigurationException(String.join("; ", why));
    }
    return bound;
  }

  /** Another stream on the same device, for another thread; it multiplies in TF32 where this one does. */
  public Backend sibling(int threads) {
    Backend made = new Backend(opened, device, threads, "");
    if (tf32) {
      made.allowTf32();
    }
    return made;
  }

  /** First argument of every native call. */
  public long handle() {
    return handle;
  }

  /** Second argument of every kernel. */
  public long stream() {
    if (stream == 0) {
      throw new IllegalStateException("back end used after close");
    }
    return stream;
  }

  public Device device() {
    return device;
  }

  /** Whether a whole training step is better recorded ({@link Graph}): on cuda, but not where a {@link Profiler} wants to see every call. */
  public boolean recordsSteps() {
    return device == Device.CUDA && !measured;
  }

  public int threads() {
    return threads;
  }

  /** What was chosen, for people: device, instruction set, threads, BLAS. */
  public String description() {
    return tf32 ? description + " in TF32" : description;
  }

  @Override
  public Block allocate(long bytes) {
    try (Block out = HostAllocator.INSTANCE.allocate(Long.BYTES)) {
      Status.check("allocate " + bytes + " bytes", Native.ds_allocate(handle, bytes, out.address()));
      return new Block(out.view().getLong(0), bytes, (address, size) -> Native.ds_release(handle, address, size));
    }
  }

  /**
   * Host memory that the device reads while the host goes on: what a copy from it reads must stay as it is until the copy is done. On the CPU plain memory,
   * free again when the copy returns.
   */
  public Allocator pinned() {
    return bytes -> {
      try (Block out = HostAllocator.INSTANCE.allocate(Long.BYTES)) {
        Status.check("allocate_pinned " + bytes + " bytes", Native.ds_allocate_pinned(handle, bytes, out.address()));
        return new Block(out.view().getLong(0), bytes, (address, size) -> Native.ds_release_pinned(handle, address, size));
      }
    };
  }

  /** Copies host memory, or other memory of the device, to the device. */
  public void copyIn(long device, long host, long bytes) {
    Status.check("copy_in", Native.ds_copy_in(handle, stream(), device, host, bytes));
  }

  /** Copies device memory to the host and waits for it. */
  public void copyOut(long host, long device, long bytes) {
    Status.check("copy_out", Native.ds_copy_out(handle, stream(), host, device, bytes));
    synchronize();
  }

  /** How often everything on the stream was waited for. */
  long waits() {
    return waits;
  }

  /** Waits until everything on the stream is done. */
  public void synchronize() {
    waits++;
    Status.check("stream_synchronize", Native.ds_stream_synchronize(handle, stream()));
  }

  /** Ends the stream and its threads. Blocks allocated here may still be closed afterwards. */
  @Override
  public void close() {
    if (stream != 0) {
      if (measured) {
        Profiler.detach(this);
      }
      long ended = stream;
      stream = 0;
      Status.check("stream_destroy", Native.ds_stream_destroy(handle, ended));
    }
  }
}
