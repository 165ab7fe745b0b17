package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfilerTest {

  private static void add(Backend backend, int calls) {
    try (Block block = backend.allocate(4000)) {
      for (int i = 0; i < calls; i++) {
        Status.check("add", Native.ds_add(backend.handle(), backend.stream(), block.address(), block.address(), block.address(), 1000));
      }
    }
  }

  @Test
  void callsOfAllStreamsAreAddedUp() {
    try (Backend before = Backend.cpu(1);
        Profiler profiler = Profiler.start(4)) {
      assertNull(profiler.another());
      try (Backend one = Backend.cpu(1);
          Backend two = Backend.cpu(2)) {
        add(before, 1);
        add(one, 2);
        add(two, 1);
      }
      add(before, 1);
      KernelTotals totals = profiler.totals().get(0);
      assertEquals(List.of("add"), profiler.totals().stream().map(KernelTotals::name).toList());
      assertEquals(3, totals.calls());
      assertEquals(36_000, totals.bytes());
      assertEquals(3_000, totals.flops());
      assertTrue(totals.seconds() > 0);
      assertEquals(List.of(1, 1, 2), profiler.spans().stream().map(Profiler.Span::stream).toList());
      try (Backend like = profiler.another()) {
        assertEquals(1, like.threads());
      }
      profiler.reset();
      assertEquals(List.of(), profiler.totals());
      assertEquals(List.of(), profiler.spans());
    }
  }

  @Test
  void stagesKnowHowMuchOfThemWasInKernels() {
    try (Profiler profiler = Profiler.start(0);
        Backend backend = Backend.cpu(1)) {
      for (int i = 0; i < 2; i++) {
        long begun = Profiler.begin();
        add(backend, 3);
        Profiler.end("adding", begun);
        Profiler.end("resting", Profiler.begin());
      }
      add(backend, 1);
      assertEquals(List.of("adding", "resting"), profiler.stages().stream().map(Profiler.Stage::name).toList());
      Profiler.Stage adding = profiler.stages().get(0);
      assertEquals(2, adding.calls());
      assertTrue(adding.kernelSeconds() > 0 && adding.kernelSeconds() < adding.seconds());
      assertEquals(0, profiler.stages().get(1).kernelSeconds());
      assertEquals(List.of(), profiler.spans());
    }
  }

  @Test
  void thereIsOneAtATimeAndNoneLeavesNothingBehind() {
    Profiler.end("nothing", Profiler.begin());
    Backend backend;
    try (Profiler profiler = Profiler.start(0)) {
      assertThrows(IllegalStateException.class, () -> Profiler.start(0));
      backend = profiler.totals().isEmpty() ? Backend.cpu(1) : null;
    }
    add(backend, 2); // measured no longer
    backend.close();
  }
}
