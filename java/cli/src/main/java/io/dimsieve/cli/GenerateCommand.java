package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.Split;
import io.dimsieve.data.SyntheticRows;
import io.dimsieve.file.AtomicFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "generate", mixinStandardHelpOptions = true,
    description = "Makes synthetic rows with a known number of dimensions per field: Criteo-shaped, or of given cardinalities.")
final class GenerateCommand implements Callable<Integer> {


  @ParentCommand private Main main;

  @Option(names = "--rows", required = true, description = "number of rows")
  private long rows;

  @Option(names = "--cardinalities", split = ",", paramLabel = "N", description = "values of each field; without it 39 fields as Criteo has them")
  private List<Integer> cardinalities;

  @Option(names = "--planted", split = ",", paramLabel = "K", description = "dimensions each field truly needs, with --cardinalities")
  private List<Integer> planted;

  @Option(names = "--dimension", defaultValue = "16", description = "base dimension of the planted model (default: ${DEFAULT-VALUE})")
  private int dimension;

  @Option(names = "--seed", defaultValue = "1", description = "(default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(names = "--text", description = "write tab-separated text with a header instead of a dataset")
  private boolean text;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "FILE", description = "dataset file to write, or text with --text")
  private Path output;

  @Override
  public Integer call() {
    Writable.check(output);
    SyntheticRows source = source();
    System.out.println("planted dimensions " + java.util.Arrays.toString(source.dimensions()));
    if (text) {
      AtomicFile.write(output, channel -> write(source, channel));
      System.out.printf("%s: %,d rows%n", output, rows);
      return 0;
    }
    try (Dataset dataset = source.write(output, Split.random(seed, 8, 1, 1), main.progress())) {
      System.out.printf(
          "%s: %,d + %,d + %,d rows%n", output, dataset.rows(Part.TRAIN), dataset.rows(Part.VALIDATION), dataset.rows(Part.TEST));
      return 0;
    }
  }

  private SyntheticRows source() {
    if (cardinalities == null && planted == null) {
      return SyntheticRows.criteoShaped(seed, rows);
    }
    if (cardinalities == null || planted == null) {
      throw new ConfigurationException("--cardinalities and --planted go together");
    }
    return new SyntheticRows(
        seed, rows, dimension, cardinalities.stream().mapToInt(n -> n).toArray(), planted.stream().mapToInt(k -> k).toArray());
  }

  private static void write(SyntheticRows source, FileChannel channel) throws java.io.IOException {
    int fields = source.schema().fields().size();
    StringBuilder lines = new StringBuilder("label");
    source.schema().fields().forEach(field -> lines.append('\t').append(field.name()));
    lines.append('\n');
    flush(lines, channel);
    RowBlock rows = new RowBlock(fields);
    try (RowCursor cursor = source.open()) {
      for (; cursor.read(rows); flush(lines, channel)) {
        for (int row = 0; row < rows.rows(); row++) {
          for (int column = 0; column <= fields; column++) {
            lines.append(rows.text(row, column)).append(column == fields ? '\n' : '\t');
          }
        }
      }
    }
  }

  private static void flush(StringBuilder lines, FileChannel channel) throws java.io.IOException {
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    lines.setLength(0);
  }
}
