package io.dimsieve.kernel;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;

/**
 * What a back end can do at most on this machine, the best of some rounds of the kernel {@code ceiling}: what kernels are measured by.
 *
 * @param read bytes a second that are read in order
 * @param copy bytes a second, read and written, of a copy
 * @param triad bytes a second of {@code c = a + 3 b}
 * @param rows bytes a second of rows of 64 bytes that are read in no order
 * @param flops a second of fused multiply-adds in registers, each counted as two
 * @param fork seconds of a parallel region that does nothing
 */
public record Ceilings(double read, double copy, double triad, double rows, double flops, double fork) {

  private static final int FLOATS = 1 << 24; // an array of 64 MiB: larger than caches
  private static final int ROUNDS = 5;
  private static final long MULTIPLY_ADDS = 1024 * 196_608L; // whole units, DS_CEILING_FMA_UNIT
  private static final int FORKS = 200;

  /** What is measured; the ordinal is the native DS_CEILING_ constant. */
  private enum Kind { READ, COPY, TRIAD, ROWS, FMA, FORK }

  /** Measures; takes about a second and 192 MiB. Others that compute meanwhile make it less. */
  public static Ceilings measure(Backend backend) {
    try (Block a = backend.allocate(4L * FLOATS);
        Block b = backend.allocate(4L * FLOATS);
        Block c = backend.allocate(4L * FLOATS)) {
      double read = best(backend, Kind.READ, a, b, c, FLOATS, 1);
      double copy = best(backend, Kind.COPY, a, b, c, FLOATS, 1);
      double triad = best(backend, Kind.TRIAD, a, b, c, FLOATS, 1);
      double rows = best(backend, Kind.ROWS, a, b, c, FLOATS / 16, 1);
      double flops = best(backend, Kind.FMA, a, b, c, MULTIPLY_ADDS, 1);
      double fork = best(backend, Kind.FORK, a, b, c, 64, FORKS);
      return new Ceilings(4.0 * FLOATS / read, 8.0 * FLOATS / copy, 12.0 * FLOATS / triad, 4.0 * FLOATS / rows, 2.0 * MULTIPLY_ADDS / flops, fork);
    }
  }

  /** Seconds that work of so many bytes and flops takes at least where data stream from memory. */
  public double seconds(double bytes, double flops) {
    return Math.max(bytes / copy, flops / this.flops);
  }

  private static double best(Backend backend, Kind kind, Block a, Block b, Block c, long n, int calls) {
    double least = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      backend.synchronize();
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        Status.check("ceiling", Native.ds_ceiling(backend.handle(), backend.stream(), kind.ordinal(), a.address(), b.address(), c.address(), n));
      }
      backend.synchronize();
      least = Math.min(least, (System.nanoTime() - start) * 1e-9 / calls);
    }
    return least;
  }
}
