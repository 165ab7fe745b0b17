package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class FeatureHashTest {

  private static long of(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return FeatureHash.of(utf8, 0, utf8.length);
  }

  private static int row(String value, int rows) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return FeatureHash.row(utf8, 0, utf8.length, rows);
  }

  @Test
  void goldenValuesNeverChange() {
    assertEquals(0xefd01f60ba992926L, of(""));
    assertEquals(0x82a2a958a9bece5bL, of("a"));
    assertEquals(0xc1e42af088ff1b2cL, of("0"));
    assertEquals(0xa9ab96d049fc30dbL, of("68fd1e64"));
    assertEquals(0x24b22821293c05d0L, of("Zürich"));
    assertEquals(0x970485f2258ff304L, of("€"));
    assertEquals(0x68440a1c1e2ec449L, of("𝄞"));
    assertEquals(0xab78f5eca36d0e2bL, of("a\0b"));
    assertEquals(118, row("68fd1e64", 1000));
    assertEquals(58, row("𝄞", 1000));
  }

  @Test
  void onlyTheStretchIsHashed() {
    byte[] bytes = "ab68fd1e64yz".getBytes(StandardCharsets.UTF_8);
    assertEquals(of("68fd1e64"), FeatureHash.of(bytes, 2, 10));
    assertEquals(118, FeatureHash.row(bytes, 2, 10, 1000));
    assertEquals(0, FeatureHash.row(bytes, 4, 4, 1000));
  }

  @Test
  void rowsAreSpreadEvenlyAndZeroIsMissing() {
    assertEquals(0, row("", 11));
    assertEquals(1, row("anything", 2));
    int[] hits = new int[11];
    for (int i = 0; i < 100_000; i++) {
      hits[row("v" + i, 11)]++;
    }
    assertEquals(0, hits[0]);
    for (int row = 1; row < hits.length; row++) {
      assertTrue(Math.abs(hits[row] - 10_000) < 500, "row " + row + ": " + hits[row]);
    }
  }
}
