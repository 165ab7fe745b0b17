package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {

  @TempDir private Path folder;

  private static RunRecord run(long seed) {
    return new RunRecord(new RunKey("fm", "ham", 0.5, seed), 0.7, 0.4, 0.7, 10, 0.5, 2, 1, 2, 1, List.of(1.0), List.of(0.7));
  }

  private void write(long... seeds) {
    try (RunLog log = RunLog.open(folder)) {
      Arrays.stream(seeds).forEach(seed -> log.append(run(seed)));
    }
  }

  @Test
  void aLineThatWasCutShortIsDroppedWhereverItWasCut() throws IOException {
    write(1, 2);
    Path file = folder.resolve(RunLog.NAME);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      int kept = RunLog.read(folder).size();
      try (RunLog log = RunLog.open(folder)) {
        assertEquals(kept, log.runs().size());
        for (long seed = 1; seed <= 2; seed++) {
          if (!log.has(run(seed).key())) {
            log.append(run(seed));
          }
        }
      }
      assertEquals(Files.readString(file), new String(whole, StandardCharsets.UTF_8), "cut after " + length);
    }
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    write(1, 2);
    Path file = folder.resolve(RunLog.NAME);
    Files.writeString(file, Files.readString(file).replaceFirst("fm,ham,0.5,1", "fm,ham,half,1"));
    assertTrue(assertThrows(DataException.class, () -> RunLog.open(folder)).getMessage().contains("runs.csv:2"));
    Files.writeString(file, "a,b\n1,2\n");
    assertTrue(assertThrows(DataException.class, () -> RunLog.read(folder)).getMessage().contains("runs.csv:1"));
  }

  @Test
  void oneWriterAtATime() {
    try (RunLog log = RunLog.open(folder)) {
      log.append(run(1));
      assertThrows(ConfigurationException.class, () -> RunLog.open(folder));
    }
    write(2);
    assertEquals(2, RunLog.read(folder).size());
    assertThrows(ConfigurationException.class, () -> RunLog.open(folder.resolve("nowhere")));
  }
}
