package io.dimsieve.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeerTableTest {

  private static PeerRuns.Line line(String library, String variant, int threads, double microseconds) {
    return new PeerRuns.Line(library, "1", "gather", variant, 4096, threads, microseconds, microseconds, 0, 0, 0);
  }

  /** Round by round the ratios to the variant with the least median (b) are 4, 2 and 5. */
  @Test
  void ratiosArePairedByRoundAndTakeTheBestVariant() {
    PeerTable table = new PeerTable(new PeerRuns(List.of(
        line("dimsieve", "fused", 2, 1000), line("peer", "a", 2, 3000), line("peer", "b", 2, 4000),
        line("dimsieve", "fused", 2, 3000), line("peer", "a", 2, 9000), line("peer", "b", 2, 6000),
        line("dimsieve", "fused", 2, 1000), line("peer", "a", 2, 9000), line("peer", "b", 2, 5000))));
    assertEquals("""
        | work | threads | dimsieve ms | peer ms | × |
        |---|---|---|---|---|
        | gather | 2 | 1.000 | 5.000 | 4.00 |
        """, table.best());
  }

  @Test
  void whatALibraryDoesNotHaveStaysEmptyAndOneThreadComesFirst() {
    PeerTable table = new PeerTable(new PeerRuns(List.of(
        line("dimsieve", "fused", 2, 500), line("peer", "a", 1, 2000), line("dimsieve", "fused", 1, 1000))));
    assertEquals("""
        | work | threads | dimsieve ms | peer ms | × |
        |---|---|---|---|---|
        | gather | 1 | 1.000 | 2.000 | 2.00 |
        | gather | 2 | 0.500 |  |  |
        """, table.best());
  }
}
