package io.dimsieve.bench.kernel;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the calls did in a second, beside their number: JMH divides the sums by the time. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Rates {

  /** Bytes that must move, in 10⁹. */
  public double gigabytes;

  /** Operations that must be done, in 10⁹. */
  public double gigaflops;

  /** Time that the calls would take at the machine's ceilings, in hundredths of the time they took. */
  public double percentOfCeiling;

  /** Bytes of heap. */
  public double allocatedBytes;

  /** Counts one call. */
  void count(Work work, long allocated) {
    allocatedBytes += allocated;
    gigabytes += 1e-9 * work.bytes();
    gigaflops += 1e-9 * work.flops();
    percentOfCeiling += 100 * work.seconds();
  }
}
