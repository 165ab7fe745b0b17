package io.dimsieve.kernel;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times every kernel call of the back ends that are opened while it is there, and the stages between which the engine's long loops divide their time. One at a
 * time; without one, a stage costs a look at a field. What it has counted is read once the work is done: nothing here waits for threads that compute.
 *
 * <p>On cuda every call is waited for, and steps are not recorded as graphs: kernels take as long as ever, the work as a whole longer.
 */
public final class Profiler implements AutoCloseable {

  private static final int TOTALS = 4; // DS_TOTALS: calls, seconds, bytes, flops
  private static final List<String> KERNELS = NativeLibrary.kernels();
  private static volatile Profiler active;

  /** A call of a kernel, or a stage: nanoseconds of {@link System#nanoTime}; stream 0 is that of the stages. */
  public record Span(String name, int stream, long begin, long end) {}

  /** Time spent in a stage, and how much of it in kernels. */
  public record Stage(String name, long calls, double seconds, double kernelSeconds) {

    private Stage and(double more, double moreInKernels) {
      return new Stage(name, calls + 1, seconds + more, kernelSeconds + moreInKernels);
    }
  }

  /** Where the native side counts the calls of one stream. */
  private record Counted(long handle, long stream, Block totals, Block events) {}

  private final int capacity;
  private final List<Counted> streams = new ArrayList<>();
  private final Map<String, Stage> stages = new LinkedHashMap<>();
  private final List<Span> stageSpans = new ArrayList<>();
  private Backend like;
  private double marked;

  private Profiler(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Measures the back ends that are opened from now on.
   *
   * @param capacity how many calls of each stream, and stages, to keep one by one for {@link #spans}; 0 for sums only
   * @throws IllegalStateException when there is one already
   */
  public static synchronized Profiler start(int capacity) {
    if (active != null) {
      throw new IllegalStateException("a profiler is at work already");
    }
    active = new Profiler(capacity);
    return active;
  }

  /** Begins a stage; hand what it gives to {@link #end}. */
  public static long begin() {
    Profiler profiler = active;
    return profiler == null ? 0 : profiler.mark();
  }

  /** Ends a stage of that name. Stages of a thread follow each other, and one thread has them. */
  public static void end(String stage, long begin) {
    Profiler profiler = active;
    if (profiler != null && begin != 0) {
      profiler.add(stage, begin);
    }
  }

  /** Measures a back end that was just opened, if there is a profiler; whether there is. */
  static boolean attach(Backend backend) {
    Profiler profiler = active;
    if (profiler == null) {
      return false;
    }
    profiler.count(backend);
    return true;
  }

  static void detach(Backend backend) {
    Profiler profiler = active;
    if (profiler != null) {
      profiler.stopCounting(backend.stream());
    }
  }

  private synchronized void count(Backend backend) {
    if (like == null) {
      like = backend;
    }
    Block totals = HostAllocator.INSTANCE.allocate(8L * TOTALS * KERNELS.size());
    Block events = capacity == 0 ? null : HostAllocator.INSTANCE.allocate(8L * (1 + 3L * capacity));
    streams.add(new Counted(backend.handle(), backend.stream(), totals, events));
    Status.check("profile", Native.ds_profile(backend.handle(), backend.stream(), totals.address(), events == null ? 0 : events.address(), capacity));
  }

  /** What a stream has counted stays; its number may be given to another one. */
  private synchronized void stopCounting(long stream) {
    for (int i = 0; i < streams.size(); i++) {
      Counted counted = streams.get(i);
      if (counted.stream() == stream) {
        Status.check("profile", Native.ds_profile(counted.handle(), stream, 0, 0, 0));
        streams.set(i, new Counted(counted.handle(), 0, counted.totals(), counted.events()));
      }
    }
  }

  private synchronized long mark() {
    marked = kernelSeconds();
    return System.nanoTime();
  }

  private synchronized void add(String stage, long begin) {
    long end = System.nanoTime();
    Stage before = stages.getOrDefault(stage, new Stage(stage, 0, 0, 0));
    stages.put(stage, before.and((end - begin) * 1e-9, kernelSeconds() - marked));
    if (stageSpans.size() < capacity) {
      stageSpans.add(new Span(stage, 0, begin, end));
    }
  }

  private double kernelSeconds() {
    double sum = 0;
    for (int s = 0; s < streams.size(); s++) {
      for (int k = 0; k < KERNELS.size(); k++) {
        sum += total(streams.get(s), k, 1);
      }
    }
    return sum;
  }

  private static double total(Counted counted, int kernel, int what) {
    return counted.totals().view().getDouble(8 * (TOTALS * kernel + what));
  }

  /** Sums over all streams, for the kernels that were called, in the order of the registry. */
  public synchronized List<KernelTotals> totals() {
    List<KernelTotals> all = new ArrayList<>();
    for (int k = 0; k < KERNELS.size(); k++) {
      double[] sum = new double[TOTALS];
      for (Counted counted : streams) {
        for (int i = 0; i < TOTALS; i++) {
          sum[i] += total(counted, k, i);
        }
      }
      if (sum[0] > 0) {
        all.add(new KernelTotals(KERNELS.get(k), (long) sum[0], sum[1], sum[2], sum[3]));
      }
    }
    return all;
  }

  /** The stages, in the order in which they were first met. */
  public synchronized List<Stage> stages() {
    return List.copyOf(stages.values());
  }

  /** The first calls of each stream and the first stages, as many as there was room for. */
  public synchronized List<Span> spans() {
    List<Span> all = new ArrayList<>(stageSpans);
    for (int s = 0; s < streams.size() && capacity > 0; s++) {
      var events = streams.get(s).events().view();
      for (int i = 0; i < events.getLong(0); i++) {
        int at = 8 * (1 + 3 * i);
        all.add(new Span(KERNELS.get((int) events.getLong(at)), s + 1, events.getLong(at + 8), events.getLong(at + 16)));
      }
    }
    return all;
  }

  /** Starts again at zero. */
  public synchronized void reset() {
    for (Counted counted : streams) {
      counted.totals().view().setMemory(0, (int) counted.totals().bytes(), (byte) 0);
      if (counted.events() != null) {
        counted.events().view().putLong(0, 0);
      }
    }
    stages.clear();
    stageSpans.clear();
  }

  /** Another back end with the device, the instruction set and the threads of the first one that was measured; null when there was none. */
  public synchronized Backend another() {
    return like == null ? null : like.sibling(like.threads());
  }

  /** Ends the measuring, also of back ends that are still open. */
  @Override
  public synchronized void close() {
    active = null;
    for (Counted counted : streams) {
      if (counted.stream() != 0) {
        Native.ds_profile(counted.handle(), counted.stream(), 0, 0, 0);
      }
      counted.totals().close();
      if (counted.events() != null) {
        counted.events().close();
      }
    }
    streams.clear();
  }
}
