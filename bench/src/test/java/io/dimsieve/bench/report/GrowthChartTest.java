package io.dimsieve.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthChartTest {

  @TempDir Path folder;

  @Test
  void exponentsAreThoseOfTheFittedValues() throws Exception {
    // Twice the square of the value; the last, which is not fitted, lies elsewhere.
    GrowthChart.Panel panel = new GrowthChart.Panel("batch", new double[] {1, 2, 8, 16}, 3, Map.of("fm", new double[] {2, 8, 128, 1}));
    assertEquals(2, panel.law("fm").exponent(), 1e-12);
    assertEquals(2, panel.law("fm").factor(), 1e-12);
    Path file = folder.resolve("growth.svg");
    GrowthChart.write(List.of(panel), "a note", file);
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    assertTrue(Files.readString(file).contains(">fm n^2.00<"));
  }
}
