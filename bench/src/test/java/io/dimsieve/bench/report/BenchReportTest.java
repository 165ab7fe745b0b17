package io.dimsieve.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class BenchReportTest {

  private static final String CEILINGS = """
      {"cpu, avx2, 2 threads": {"read": 24e9, "copy": 20e9, "triad": 21e9, "rows": 13e9, "flops": 130e9, "fork": 2e-6}}
      """;
  private static final String RESULTS = """
      [{"benchmark": "io.dimsieve.bench.kernel.FmInteractionBenchmark.run", "params": {"batch": "4096", "isa": "best", "pass": "FORWARD"},
        "primaryMetric": {"scoreUnit": "ops/s", "rawData": [[600, 500, 400]]},
        "secondaryMetrics": {"gigabytes": {"rawData": [[10]]}, "gigaflops": {"rawData": [[5]]}, "percentOfCeiling": {"rawData": [[50]]}}},
       {"benchmark": "io.dimsieve.bench.kernel.PackedGatherBenchmark.run", "params": {"precision": "I8"},
        "primaryMetric": {"scoreUnit": "ops/s", "rawData": [[0.5]]},
        "secondaryMetrics": {"gigabytes": {"rawData": [[7]]}, "gigaflops": {"rawData": [[0]]}, "percentOfCeiling": {"rawData": [[35]]}}},
       {"benchmark": "io.dimsieve.bench.jni.NativeCallBenchmark.bound",
        "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[17, 18, 90], [18, 18, 18]]}, "secondaryMetrics": {"gc.alloc.rate.norm": {"rawData": [[1e-7]]}}}]
      """;

  @TempDir Path folder;

  private Document picture() throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(folder.resolve("roofline.svg").toFile());
  }

  private static List<String> words(Document picture) {
    NodeList all = picture.getElementsByTagName("text");
    return IntStream.range(0, all.getLength()).mapToObj(i -> all.item(i).getTextContent()).toList();
  }

  @Test
  void tableAndPictureSayWhatWasMeasured() throws Exception {
    Files.writeString(folder.resolve("ceilings.json"), CEILINGS);
    Files.writeString(folder.resolve("results.json"), RESULTS);
    BenchReport.main(new String[] {folder.toString()});
    String text = Files.readString(folder.resolve("report.md"));
    assertTrue(text.contains("| cpu, avx2, 2 threads | 24.0 | 20.0 | 21.0 | 13.0 | 130 | 2.00 µs |"), text);
    assertTrue(text.contains("""
        | benchmark | parameters | time | GB/s | GFLOP/s | % of ceiling |
        | --- | --- | --- | --- | --- | --- |
        | FmInteraction | batch 4096, pass forward | 2.00 ms | 10.0 | 5.00 | 50.0 |
        | PackedGather | precision i8 | 2.00 s | 7.00 | 0 | 35.0 |
        """), text);
    assertTrue(text.contains("| NativeCall.bound |  | 18.0 ns | 0 |"), text);
    List<String> words = words(picture());
    assertTrue(words.contains("FmInteraction forward") && words.contains("copy, 20.0 GB/s"), words.toString());
    assertEquals(1, words.stream().filter(line -> line.startsWith("Not shown") && line.endsWith(": PackedGather i8")).count());
  }

  @Test
  void aFileThatIsNotThereIsAnError() {
    assertThrows(UncheckedIOException.class, () -> MachineCeilings.read(folder.resolve("none.json")));
    assertThrows(IOException.class, () -> Measurement.read(folder.resolve("none.json")));
  }
}
