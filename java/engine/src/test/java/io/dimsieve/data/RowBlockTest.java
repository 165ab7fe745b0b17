package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RowBlockTest {

  @Test
  void rowsAreTextsOrStretches() {
    RowBlock block = new RowBlock(2);
    block.add("1");
    block.add("\u00fc");
    block.add((String) null);
    block.endRow();
    block.add("0");
    block.add("");
    block.add("abc");
    block.endRow(7);
    assertEquals(2, block.rows());
    assertEquals("1|\u00fc|", block.text(0, 0) + "|" + block.text(0, 1) + "|" + block.text(0, 2));
    assertEquals("0||abc", block.text(1, 0) + "|" + block.text(1, 1) + "|" + block.text(1, 2));
    assertEquals(7, block.time(1));

    block.clear();
    assertEquals(0, block.rows());
    block.use("x1,y".getBytes(StandardCharsets.UTF_8));
    block.add(1, 2);
    block.add(3, 4);
    block.add(0, 0);
    block.endRow();
    assertEquals("1|y|", block.text(0, 0) + "|" + block.text(0, 1) + "|" + block.text(0, 2));
    assertEquals(3, block.start(0, 1));
    assertEquals(4, block.end(0, 1));
  }

  @Test
  void onlySomeRowsAreKept() {
    RowBlock block = new RowBlock(1);
    for (int i = 0; i < 6; i++) {
      block.add("" + i % 2);
      block.add("v" + i);
      block.endRow(i);
    }
    block.keep(new int[] {1, 2, 5, 9}, 3);
    assertEquals(3, block.rows());
    assertEquals("v1v2v5", block.text(0, 1) + block.text(1, 1) + block.text(2, 1));
    assertEquals(5, block.time(2));
  }

  @Test
  void aBlockIsFullAfterManyRowsOrBytesButTakesAnyRow() {
    RowBlock rows = new RowBlock(1);
    int count = 0;
    for (; !rows.isFull(); count++) {
      rows.add("1");
      rows.add("");
      rows.endRow();
    }
    assertEquals(rows.capacity(), count);
    assertTrue(new RowBlock(1_000_000).capacity() == 1);

    RowBlock bytes = new RowBlock(1);
    String text = "x".repeat(3 * RowBlock.BYTES);
    assertFalse(bytes.isFull());
    bytes.add("1");
    bytes.add(text);
    bytes.endRow();
    assertTrue(bytes.isFull());
    assertEquals(text, bytes.text(0, 1));
  }

  @Test
  void aRowHasAllColumns() {
    RowBlock block = new RowBlock(2);
    block.add("1");
    assertThrows(IllegalStateException.class, block::endRow);
  }
}
