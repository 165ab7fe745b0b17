package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileReaderTest {

  @TempDir private Path directory;

  @Test
  void everyFlippedBitIsRefused() throws IOException {
    Path path = sample();
    byte[] whole = Files.readAllBytes(path);
    assertTrue(whole.length >= 4096 && whole.length < 5000, "about 4 KB: " + whole.length);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int i = 0; i < whole.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
          channel.write(ByteBuffer.wrap(new byte[] {(byte) (whole[i] ^ 1 << bit)}), i);
          assertRefused(path, "byte " + i + " bit " + bit);
        }
        channel.write(ByteBuffer.wrap(whole, i, 1), i);
      }
    }
    TensorFileReader.open(path, "model").close();
  }

  @Test
  void everyTruncationAndExtensionIsRefused() throws IOException {
    Path path = sample();
    byte[] whole = Files.readAllBytes(path);
    Path cut = directory.resolve("cut");
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertRefused(cut, "cut to " + length);
    }
    for (int more : new int[] {1, 4, 64, 4096}) {
      Files.write(cut, Arrays.copyOf(whole, whole.length + more));
      assertRefused(cut, more + " bytes more");
    }
  }

  @Test
  void messagesSayWhatIsWrong() throws IOException {
    Path path = sample();
    assertMessage(path + ": is a model file; a dataset file is needed", path, "dataset");
    assertMessage(directory.resolve("none") + ": does not exist", directory.resolve("none"), "dataset");
    byte[] whole = Files.readAllBytes(path);
    whole[whole.length - 700]++;
    Files.write(path, whole);
    assertMessage(path + ": tensor b is damaged (checksum)", path, "model");
  }

  @Test
  void missingAndUnfittingPartsAreRefused() throws IOException {
    Path path = sample();
    try (TensorFileReader reader = TensorFileReader.open(path, "model")) {
      assertEquals(path, reader.path());
      assertThrows(ModelFormatException.class, () -> reader.metadata("schema"));
      assertThrows(ModelFormatException.class, () -> reader.tensor("c"));
      assertThrows(ModelFormatException.class, () -> reader.tensor("a", TensorType.I64, 500));
      assertThrows(ModelFormatException.class, () -> reader.tensor("a", TensorType.I32, 499));
      assertThrows(ModelFormatException.class, () -> reader.tensor("a", TensorType.I32, 500, 1));
      assertThrows(ModelFormatException.class, () -> reader.floats(reader.tensor("a")));
      assertThrows(ModelFormatException.class, () -> reader.bytes(reader.tensor("a")));
    }
  }

  private static void assertRefused(Path path, String what) {
    assertThrows(ModelFormatException.class, () -> TensorFileReader.open(path, "model").close(), what);
  }

  private static void assertMessage(String expected, Path path, String kind) {
    ModelFormatException error = assertThrows(ModelFormatException.class, () -> TensorFileReader.open(path, kind).close());
    assertEquals(expected, error.getMessage());
  }

  private Path sample() {
    Path path = directory.resolve("sample");
    TensorLayout layout = new TensorLayout("model").tensor("a", TensorType.I32, 500).tensor("b", TensorType.U8, 1601);
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      int[] values = new int[500];
      Arrays.setAll(values, i -> i * 2_654_435);
      writer.tensor("a").append(values);
      writer.tensor("b").append(new byte[1601]);
      writer.commit();
    }
    return path;
  }
}
