package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir private Path directory;

  @Test
  void createsAndReplaces() throws IOException {
    Path target = directory.resolve("a");
    AtomicFile.write(target, new byte[] {1, 2, 3});
    AtomicFile.write(target, new byte[] {4});
    assertArrayEquals(new byte[] {4}, Files.readAllBytes(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void closingWithoutCommitKeepsTheOldFile() throws IOException {
    Path target = directory.resolve("a");
    AtomicFile.write(target, new byte[] {1});
    AtomicFile file = AtomicFile.create(target);
    file.channel().write(ByteBuffer.wrap(new byte[] {9, 9}));
    file.close();
    file.close();
    assertArrayEquals(new byte[] {1}, Files.readAllBytes(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void failingContentKeepsTheOldFile() throws IOException {
    Path target = directory.resolve("a");
    AtomicFile.write(target, new byte[] {1});
    ConfigurationException error = assertThrows(ConfigurationException.class, () -> AtomicFile.write(target, channel -> {
      channel.write(ByteBuffer.wrap(new byte[100]));
      throw new IOException("No space left on device");
    }));
    assertEquals(target + ": cannot be written: No space left on device", error.getMessage());
    assertArrayEquals(new byte[] {1}, Files.readAllBytes(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void failingRenameLeavesNoTemporaryFile() throws IOException {
    Path target = directory.resolve("a");
    assertThrows(ConfigurationException.class, () -> {
      try (AtomicFile file = AtomicFile.create(target)) {
        Files.createDirectory(target);
        file.commit();
      }
    });
    assertEquals(List.of("a"), names());
  }

  @Test
  void twoWritersDoNotDisturbEachOther() throws IOException {
    Path target = directory.resolve("a");
    try (AtomicFile first = AtomicFile.create(target); AtomicFile second = AtomicFile.create(target)) {
      first.channel().write(ByteBuffer.wrap(new byte[] {1}));
      second.channel().write(ByteBuffer.wrap(new byte[] {2}));
      second.commit();
      assertArrayEquals(new byte[] {2}, Files.readAllBytes(target));
      first.commit();
    }
    assertArrayEquals(new byte[] {1}, Files.readAllBytes(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void refusesWhatCannotBeWritten() {
    for (Path target : List.of(directory, directory.resolve("absent/file"), Path.of("/"))) {
      String message = assertThrows(ConfigurationException.class, () -> AtomicFile.write(target, new byte[0])).getMessage();
      assertTrue(message.startsWith(target + ": cannot be written: "), message);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
