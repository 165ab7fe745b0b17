package io.dimsieve.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorSinkTest {

  @TempDir private Path directory;

  @Test
  void sinksMayBeFilledInTurnsInPiecesOfAnySize() {
    Path path = directory.resolve("t");
    int[] a = new SplittableRandom(1).ints(200_000).toArray();
    int[] b = new SplittableRandom(2).ints(70_001).toArray();
    TensorLayout layout = new TensorLayout("model").tensor("a", TensorType.I32, a.length).tensor("b", TensorType.I32, b.length);
    try (TensorFileWriter writer = TensorFileWriter.create(path, layout)) {
      TensorSink toA = writer.tensor("a");
      TensorSink toB = writer.tensor("b");
      SplittableRandom random = new SplittableRandom(3);
      for (int i = 0, j = 0; i < a.length || j < b.length; ) {
        int[] piece = Arrays.copyOfRange(a, i, i + Math.min(a.length - i, random.nextInt(3000)));
        toA.append(piece);
        i += piece.length;
        int count = Math.min(b.length - j, random.nextInt(1000));
        toB.append(Arrays.copyOfRange(b, j, b.length), count);
        j += count;
      }
      assertThrows(IllegalStateException.class, () -> toB.append(new int[1]));
      writer.commit();
    }
    try (TensorFileReader reader = TensorFileReader.open(path, "model")) {
      assertArrayEquals(a, reader.ints(reader.tensor("a")));
      assertArrayEquals(b, reader.ints(reader.tensor("b")));
      assertEquals(0, reader.tensor("b").begin() % 64);
    }
  }
}
