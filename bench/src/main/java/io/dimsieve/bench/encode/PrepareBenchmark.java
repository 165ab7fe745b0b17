package io.dimsieve.bench.encode;

import io.dimsieve.Progress;
import io.dimsieve.cli.input.CriteoReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.DatasetBuilder;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What {@code dimsieve prepare --format criteo} does: numbers of values, vocabularies, ids, and the file, which is verified when it is opened. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class PrepareBenchmark {

  @Param("500000")
  public int rows;

  @Param({"1", "2"})
  public int threads;

  private Path folder;
  private Path input;
  private long bytes;

  @Setup
  public void setUp() throws IOException {
    folder = Files.createTempDirectory("prepare");
    input = folder.resolve("rows.tsv");
    Files.writeString(input, CriteoText.lines(1, rows));
    bytes = Files.size(input);
    long prepared = prepare();
    if (prepared != rows) {
      throw new IllegalStateException(prepared + " rows came of " + rows);
    }
  }

  @TearDown
  public void tearDown() throws IOException {
    Files.delete(input);
    Files.delete(folder.resolve("rows.ds"));
    Files.delete(folder);
  }

  @Benchmark
  public void prepare(Text text) {
    text.count(prepare(), bytes);
  }

  private long prepare() {
    CriteoReader reader = new CriteoReader();
    Schema schema = reader.schema(input);
    try (Dataset dataset = new DatasetBuilder(schema, threads, Progress.NONE)
        .build(reader.open(input, schema, null), Split.random(1, 8, 1, 1), folder.resolve("rows.ds"))) {
      return dataset.rows(Part.TRAIN) + dataset.rows(Part.VALIDATION) + dataset.rows(Part.TEST);
    }
  }
}
