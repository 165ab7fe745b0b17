package io.dimsieve.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.Schema;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.ModelFileWriter;
import io.dimsieve.file.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example as its reader would run it, with what Maven brings for it and nothing else; and what that is. */
class ScoreRowTest {

  private static final Path LIBRARIES = Path.of("target", "lib");
  private static final long MOST_BYTES = 5_000_000;
  /** What only training, search and input need. */
  private static final List<String> FOREIGN = List.of(
      "io/dimsieve/autograd/", "io/dimsieve/cli/", "io/dimsieve/data/", "io/dimsieve/exchange/", "io/dimsieve/http/", "io/dimsieve/metric/",
      "io/dimsieve/model/", "io/dimsieve/onnx/", "io/dimsieve/optimizer/", "io/dimsieve/search/", "io/dimsieve/study/", "io/dimsieve/train/",
      "org/bytedeco/dnnl/", "org/bytedeco/cuda/", "org/duckdb/", "picocli/", "libdimsieve_cuda", "blas");

  @TempDir private Path folder;

  /** Logistic regression on two fields, written by hand: logit = bias + w(site) + w(hour). */
  private Path model(float bias, float[] weights) {
    EncoderBuilder values = new EncoderBuilder(Schema.fromJson("{\"label\":{\"column\":\"click\"},\"fields\":[{\"name\":\"site\"},{\"name\":\"hour\"}]}"));
    for (String site : new String[] {"a", "a", "b"}) {
      values.count(0, site);
      values.count(1, "7");
    }
    Encoder encoder = values.build();
    assertEquals(List.of(1, 2, 1), List.of(encoder.encode(0, "a"), encoder.encode(0, "b"), encoder.encode(1, "7")));
    Program program = new Program(List.of(new Program.Instruction(Program.Kind.LINEAR, "", "", "", "logit", 1)));
    Path file = folder.resolve("tiny.model");
    new ModelFileWriter(ModelFile.KIND, encoder, 1, new int[2][0], program)
        .array("linear.bias", 1, 1, (first, length) -> new float[] {bias})
        .array("linear.weight", 1, weights.length, (first, length) -> Arrays.copyOfRange(weights, (int) first, (int) first + length))
        .write(file);
    return file;
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    if (Runtime.version().feature() >= 24) {
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    }
    command.addAll(List.of(
        "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"), "-cp", Path.of("target", "classes") + ":" + LIBRARIES + "/*", ScoreRow.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
    return said.strip();
  }

  @Test
  void scoresARowOfRawValues() throws IOException, InterruptedException {
    String file = model(-1, new float[] {0.25f, 0.5f, 2, 0, 4}).toString(); // unknown site, a, b; unknown hour, 7
    assertEquals(1 / (1 + Math.exp(-(-1 + 2 + 4))), Float.parseFloat(run(file, "b", "7")), 1e-6);
    assertEquals(1 / (1 + Math.exp(-(-1 + 0.25 + 0))), Float.parseFloat(run(file, "new", "")), 1e-6);
  }

  @Test
  void whatItNeedsIsSmallAndHoldsNoTraining() throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(LIBRARIES)) {
      jars = files.toList();
    }
    assertTrue(jars.stream().anyMatch(jar -> jar.getFileName().toString().startsWith("dimsieve-serve-")), jars.toString());
    long bytes = 0;
    for (Path path : jars) {
      bytes += Files.size(path);
      try (JarFile jar = new JarFile(path.toFile())) {
        jar.stream().forEach(entry -> FOREIGN.forEach(name -> assertTrue(!entry.getName().contains(name), path + ": " + entry)));
      }
    }
    assertTrue(bytes < MOST_BYTES, bytes + " bytes: " + jars);
  }
}
