package io.dimsieve.bench.serve;

import io.dimsieve.serve.Loading;
import io.dimsieve.serve.Scorer;
import io.dimsieve.serve.ScoringModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens a model, scores a row and closes it, again and again; prints the process's resident memory and open mappings, which must not grow. Arguments: model
 * file, times.
 */
public final class OpenScoreClose {

  private static final int LINES = 10;

  private OpenScoreClose() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    int times = Integer.parseInt(arguments[1]);
    float[] out = new float[1];
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      try (ScoringModel model = ScoringModel.open(file, i % 2 == 0 ? Loading.MAPPED : Loading.COPIED);
          Scorer scorer = model.scorer(1)) {
        scorer.score(new int[model.encoder().fields()], 1, out);
      }
      if ((i + 1) % Math.max(1, times / LINES) == 0) {
        List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
        String resident = status.stream().filter(line -> line.startsWith("VmRSS")).findFirst().orElse("?").replaceAll("\\s+", " ");
        long mappings;
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
          mappings = lines.count();
        }
        System.out.printf("%d times, %s, %d mappings, %.2f ms each%n", i + 1, resident, mappings, 1e-6 * (System.nanoTime() - begin) / (i + 1));
      }
    }
  }
}
