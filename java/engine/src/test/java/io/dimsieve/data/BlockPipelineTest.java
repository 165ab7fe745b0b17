package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPipelineTest {

  private static final int FIELDS = 3;

  private static final class Block {
    private int number;
    private final int[] worked = new int[FIELDS];
  }

  /** Notes what is done with blocks 0, 1, .. and checks that they are in the state they must be in. */
  private static final class Notes implements BlockPipeline.Steps<Block> {

    private final int blocks;
    private int filled;
    private final int[] next = new int[FIELDS];
    private final List<Integer> drained = new ArrayList<>();
    private final AtomicInteger reports = new AtomicInteger();
    private int broken = -1; // a block that cannot be drained

    Notes(int blocks) {
      this.blocks = blocks;
    }

    @Override
    public boolean fill(Block block) {
      if (filled == blocks) {
        return false;
      }
      block.number = filled++;
      Arrays.fill(block.worked, 0);
      return true;
    }

    @Override
    public void field(Block block, int field) {
      assertEquals(next[field]++, block.number, "order of a field's blocks");
      block.worked[field]++;
    }

    @Override
    public void drain(Block block) {
      if (block.number == broken) {
        throw new IllegalStateException("block " + block.number);
      }
      for (int times : block.worked) {
        assertEquals(1, times);
      }
      drained.add(block.number);
    }

    @Override
    public void report() {
      reports.incrementAndGet();
    }
  }

  private static void run(Notes notes, int threads) {
    try (Workers workers = new Workers(threads)) {
      new BlockPipeline<>(workers, FIELDS, notes).run(new Block(), new Block(), new Block());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0", "1,1", "1,20", "2,2", "2,100", "4,3", "4,100"})
  void leadsEveryBlockThroughAllStepsInOrder(int threads, int blocks) {
    Notes notes = new Notes(blocks);
    run(notes, threads);
    assertEquals(IntStream.range(0, blocks).boxed().toList(), notes.drained);
    assertTrue(notes.reports.get() > blocks);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void endsWithTheFirstBlockThatFails(int threads) {
    Notes notes = new Notes(50);
    notes.broken = 7;
    assertEquals("block 7", assertThrows(IllegalStateException.class, () -> run(notes, threads)).getMessage());
    assertEquals(IntStream.range(0, 7).boxed().toList(), notes.drained);
  }
}
