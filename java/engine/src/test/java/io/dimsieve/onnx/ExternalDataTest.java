package io.dimsieve.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.exchange.DenseWeights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalDataTest {

  private static final DenseWeights.Array SMALL = new DenseWeights.Array("a", List.of(1025L), sink -> {
    sink.accept(new float[1024]);
    sink.accept(new float[] {1.5f});
  });
  private static final DenseWeights.Array LAST = new DenseWeights.Array("b", List.of(2L), sink -> sink.accept(new float[] {-2, 3}));
  private static final DenseWeights.Array HUGE = new DenseWeights.Array("huge", List.of(1L << 20, 1L << 10), sink -> { });

  @TempDir private Path folder;

  @Test
  void arraysBeginAtPages() throws IOException {
    ExternalData data = new ExternalData("x.data", List.of(SMALL, LAST));
    Path file = folder.resolve("x.data");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      data.writeTo(channel);
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(8192 + 8, bytes.limit());
    assertEquals(1.5f, bytes.getFloat(4096));
    assertEquals(8192, data.offset(LAST));
    assertEquals(3, bytes.getFloat(8192 + 4));
  }

  /** 4 GiB of weights: offsets and lengths beyond 32 bits, in a file beside the model and in the model itself. */
  @Test
  void sizesBeyondFourGigabytes() {
    ExternalData data = new ExternalData("x.data", List.of(SMALL, HUGE, LAST));
    assertEquals(1L << 32, HUGE.bytes());
    assertEquals(8192 + (1L << 32), data.offset(LAST));
    OnnxGraph beside = graph();
    assertTrue(beside.model(Map.of(), data).bytes() < 1000);
    assertTrue(graph().model(Map.of(), null).bytes() > 1L << 32);
  }

  private static OnnxGraph graph() {
    OnnxGraph graph = new OnnxGraph();
    graph.weight(HUGE);
    graph.weight(LAST);
    graph.weight(HUGE);
    assertEquals(List.of(HUGE, LAST), graph.weights());
    return graph;
  }
}
