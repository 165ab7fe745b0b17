package io.dimsieve.bench.encode;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How much text was taken in in a second. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Text {

  public long rows;
  public double megabytes;

  void count(long someRows, long bytes) {
    rows += someRows;
    megabytes += 1e-6 * bytes;
  }
}
