package io.dimsieve.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.kernel.Backend;
import io.dimsieve.op.Op;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TapeTest {

  private static Op noting(List<String> notes, String name) {
    return new Op() {
      @Override
      public void forward(int batch, boolean training) {
        notes.add(name + " forward " + batch + " " + training);
      }

      @Override
      public void backward(int batch) {
        notes.add(name + " backward " + batch);
      }
    };
  }

  @Test
  void replaysForwardInOrderAndBackwardInReverse() {
    List<String> notes = new ArrayList<>();
    try (Backend backend = Backend.cpu(1);
        Tape tape = new Tape(backend, 10, 2)) {
      tape.record(noting(notes, "a"));
      tape.record(noting(notes, "b"));
      tape.forward(3, true);
      tape.backward(3);
      tape.forward(2, false);
    }
    assertEquals(
        List.of("a forward 3 true", "b forward 3 true", "b backward 3", "a backward 3", "a forward 2 false", "b forward 2 false"), notes);
  }

  @Test
  void termsShareTheGradientOfTheLogitAndVariablesDoNot() {
    try (Backend backend = Backend.cpu(1);
        Tape tape = new Tape(backend, 10, 2)) {
      assertSame(tape.logitGradient(), tape.term().gradient());
      assertSame(tape.logitGradient(), tape.term().gradient());
      assertNotSame(tape.variable(1).gradient(), tape.variable(1).gradient());
      assertEquals(30, tape.variable(3).value().size());
      assertEquals(20, tape.ids().size());
    }
  }

  @Test
  void workspaceGrowsAndIsShared() {
    try (Backend backend = Backend.cpu(1);
        Tape tape = new Tape(backend, 2049, 1)) {
      Tensor small = tape.workspace(1);
      assertEquals(2 * 3 * 2, small.size(), "three chunks of rows, both sums of batch norm, the loss's float64");
      Tensor large = tape.workspace(10);
      assertEquals(60, large.size());
      assertSame(large, tape.workspace(4));
    }
  }

  @Test
  void weightsAndBuffersAreListedApartAndReadOnly() {
    try (Backend backend = Backend.cpu(1);
        Tape tape = new Tape(backend, 1, 1)) {
      Weights w = tape.weights("w", 2, 3);
      Weights b = tape.buffer("b", 1, 3);
      assertEquals(List.of(w), tape.weights());
      assertEquals(List.of(b), tape.buffers());
      assertThrows(UnsupportedOperationException.class, () -> tape.weights().clear());
      assertEquals(0, tape.nextLayer());
      assertEquals(1, tape.nextLayer());
    }
  }

  @Test
  void closeFreesItsMemory() {
    try (Backend backend = Backend.cpu(1)) {
      Tape tape = new Tape(backend, 10, 2);
      assertTrue(tape.arena().bytes() > 0);
      tape.close();
      assertEquals(0, tape.arena().bytes());
    }
  }
}
