package io.dimsieve.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class FeatureHashTest {

  @Test
  void goldenValuesNeverChange() {
    assertEquals(0xefd01f60ba992926L, FeatureHash.of(""));
    assertEquals(0x82a2a958a9bece5bL, FeatureHash.of("a"));
    assertEquals(0xc1e42af088ff1b2cL, FeatureHash.of("0"));
    assertEquals(0xa9ab96d049fc30dbL, FeatureHash.of("68fd1e64"));
    assertEquals(0x24b22821293c05d0L, FeatureHash.of("Zürich"));
    assertEquals(0x970485f2258ff304L, FeatureHash.of("€"));
    assertEquals(0x68440a1c1e2ec449L, FeatureHash.of("𝄞"));
    assertEquals(0xab78f5eca36d0e2bL, FeatureHash.of("a\0b"));
    assertEquals(118, FeatureHash.row("68fd1e64", 1000));
    assertEquals(58, FeatureHash.row("𝄞", 1000));
  }

  @Test
  void textAndItsBytesHashAlike() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(6); i > 0; i--) {
        int bits = 1 + random.nextInt(20);
        // Below 2^16 this draws lone surrogates too, which Java encodes as '?'.
        text.appendCodePoint(random.nextInt(1 << bits));
      }
      byte[] bytes = ("x" + text).getBytes(StandardCharsets.UTF_8);
      assertEquals(FeatureHash.of(text), FeatureHash.of(bytes, 1, bytes.length), () -> "text " + text);
    }
  }

  @Test
  void rowsAreSpreadEvenlyAndZeroIsMissing() {
    assertEquals(0, FeatureHash.row("", 11));
    assertEquals(1, FeatureHash.row("anything", 2));
    int[] hits = new int[11];
    for (int i = 0; i < 100_000; i++) {
      hits[FeatureHash.row("v" + i, 11)]++;
    }
    assertEquals(0, hits[0]);
    for (int row = 1; row < hits.length; row++) {
      assertTrue(Math.abs(hits[row] - 10_000) < 500, "row " + row + ": " + hits[row]);
    }
  }
}
