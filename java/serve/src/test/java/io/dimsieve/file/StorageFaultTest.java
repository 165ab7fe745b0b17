package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving a file over an older one while the disk fills up, fails or loses its power at every possible moment. */
class StorageFaultTest {

  private static final int OLD = 1;
  private static final int NEW = 2;
  private static final int DAMAGES = 6;

  @TempDir private Path directory;

  @Test
  void everyFailingOperationKeepsTheOldFileAndLeavesNothing() {
    int operations = save(new FaultyFiles(0, false), NEW);
    assertTrue(operations >= 8, "writes, fsync, rename, fsync of the directory: " + operations);
    for (int failing = 1; failing <= operations; failing++) {
      save(new FaultyFiles(0, false), OLD);
      FaultyFiles files = new FaultyFiles(failing, false);
      ConfigurationException error = assertThrows(ConfigurationException.class, () -> save(files, NEW));
      assertTrue(error.getMessage().startsWith(target() + ": cannot be written: "), error.getMessage());
      assertEquals(failing == operations ? NEW : OLD, content(), "only the last fsync comes after the rename; operation " + failing);
      assertEquals(1, directory.toFile().list().length, "temporary file left by operation " + failing);
    }
  }

  @Test
  void everyPowerCutAndSixDamagesLeaveTheOldOrTheNewFile() throws IOException {
    int operations = save(new FaultyFiles(0, false), NEW);
    for (int cut = 1; cut <= operations; cut++) {
      for (int damage = 0; damage < DAMAGES; damage++) {
        save(new FaultyFiles(0, false), OLD);
        FaultyFiles files = new FaultyFiles(cut, true);
        assertThrows(ConfigurationException.class, () -> save(files, NEW));
        for (Path path : files.unsynced()) {
          damage(path, damage);
        }
        assertEquals(cut == operations ? NEW : OLD, content(), "cut at operation " + cut + ", damage " + damage);
        assertEquals(operations, save(new FaultyFiles(0, false), NEW), "what the cut left does not disturb the next save");
      }
    }
  }

  /** Lucene's six: delete, zero, halve, leave, flip a bit, empty. */
  private static void damage(Path path, int damage) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    switch (damage) {
      case 0 -> Files.delete(path);
      case 1 -> Files.write(path, new byte[bytes.length]);
      case 2 -> Files.write(path, Arrays.copyOf(bytes, bytes.length / 2));
      case 3 -> { }
      case 4 -> {
        bytes[bytes.length / 3] ^= 8;
        Files.write(path, bytes);
      }
      default -> Files.write(path, new byte[0]);
    }
  }

  private int save(FaultyFiles files, int value) {
    int[] values = new int[100_000];
    Arrays.fill(values, value);
    TensorLayout layout = new TensorLayout("checkpoint").tensor("a", TensorType.I32, values.length).tensor("b", TensorType.U8, 1);
    try (TensorFileWriter writer = TensorFileWriter.create(files.path(target()), layout)) {
      writer.tensor("a").append(values);
      writer.tensor("b").append(new byte[] {(byte) value});
      writer.commit();
    }
    return files.operations();
  }

  /** What the file holds; fails unless it is whole. */
  private int content() {
    try (TensorFileReader reader = TensorFileReader.open(target(), "checkpoint")) {
      int[] values = reader.ints(reader.tensor("a"));
      assertTrue(Arrays.stream(values).allMatch(value -> value == values[0]));
      assertEquals(values[0], reader.bytes(reader.tensor("b"))[0]);
      return values[0];
    }
  }

  private Path target() {
    return directory.resolve("checkpoint");
  }
}
