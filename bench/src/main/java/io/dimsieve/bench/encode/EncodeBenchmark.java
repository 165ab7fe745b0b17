package io.dimsieve.bench.encode;

import io.dimsieve.cli.input.CriteoReader;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** {@link Encoder#encode} of rows that are split already, as a server gets them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodeBenchmark {

  @Param("10000")
  public int rows;

  private String[][] lines;
  private Encoder encoder;
  private int[] ids;
  private long bytes;

  @Setup
  public void setUp() {
    String text = CriteoText.lines(1, rows);
    bytes = text.length();
    lines = text.lines().map(line -> line.split("\t", -1)).toArray(String[][]::new);
    EncoderBuilder builder = new EncoderBuilder(new CriteoReader().schema(null));
    ids = new int[lines[0].length - 1];
    for (String[] line : lines) {
      for (int f = 0; f < ids.length; f++) {
        builder.count(f, line[1 + f]);
      }
    }
    encoder = builder.build();
    check();
  }

  /** Values seen more than once have rows of their own: equal texts have equal ones, different texts different ones. */
  private void check() {
    int field = ids.length - 1;
    Map<Integer, String> texts = new HashMap<>();
    for (String[] line : lines) {
      int id = encoder.encode(field, line[1 + field]);
      String known = texts.putIfAbsent(id, line[1 + field]);
      if (id != 0 && known != null && !known.equals(line[1 + field])) {
        throw new IllegalStateException("row " + id + " is of '" + known + "' and of '" + line[1 + field] + "'");
      }
    }
    if (texts.size() < 2) {
      throw new IllegalStateException("all values have one row");
    }
  }

  /** All rows; the ids of the last. */
  @Benchmark
  public int[] encode(Text text) {
    for (String[] line : lines) {
      for (int f = 0; f < ids.length; f++) {
        ids[f] = encoder.encode(f, line[1 + f]);
      }
    }
    text.count(rows, bytes);
    return ids;
  }
}
