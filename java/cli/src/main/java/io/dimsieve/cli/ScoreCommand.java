package io.dimsieve.cli;

import io.dimsieve.DataException;
import io.dimsieve.cli.input.Inputs;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.AtomicFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.serve.Scorer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "score", mixinStandardHelpOptions = true, description = "Scores raw rows with a model: one probability per line.")
final class ScoreCommand implements Callable<Integer> {

  private static final int BATCH = 1024;

  @Parameters(index = "0", paramLabel = "MODEL", description = "model file")
  private Path model;

  @Parameters(index = "1", paramLabel = "INPUT", description = "raw rows with the fields of the model; labels are not asked for")
  private Path input;

  @Option(names = "--format", required = true, description = "format of the rows, as for prepare")
  private String format;

  @Option(names = "--query", paramLabel = "SQL", description = "SQL over the table input that derives the model's fields")
  private String query;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "FILE", description = "text file to write")
  private Path output;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    Writable.check(output);
    try (Backend backend = engine.open();
        Scorer scorer = Scorer.open(backend, model, BATCH);
        RowCursor rows = Inputs.of(format).open(input, scorer.encoder().schema().unlabeled(), query).open()) {
      long[] count = {0};
      AtomicFile.write(output, channel -> count[0] = score(scorer, rows, channel));
      System.out.println(output + ": " + count[0] + " scores");
      return 0;
    }
  }

  private long score(Scorer scorer, RowCursor cursor, FileChannel channel) throws java.io.IOException {
    Encoder encoder = scorer.encoder();
    int fields = encoder.fields();
    int[] ids = new int[BATCH * fields];
    float[] scores = new float[BATCH];
    RowBlock rows = new RowBlock(fields);
    long total = 0;
    while (cursor.read(rows)) {
      for (int first = 0; first < rows.rows(); first += BATCH) {
        int count = Math.min(BATCH, rows.rows() - first);
        for (int i = 0; i < count; i++) {
          encode(encoder, cursor, rows, first + i, total + i + 1, ids, i * fields);
        }
        scorer.score(ids, count, scores);
        write(scores, count, channel);
        total += count;
      }
    }
    return total;
  }

  private static void write(float[] scores, int count, FileChannel channel) throws java.io.IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(scores[i]).append('\n');
    }
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void encode(Encoder encoder, RowCursor cursor, RowBlock rows, int row, long number, int[] ids, int at) {
    for (int f = 0; f < encoder.fields(); f++) {
      try {
        ids[at + f] = encoder.encode(f, rows.bytes(), rows.start(row, 1 + f), rows.end(row, 1 + f));
      } catch (IllegalArgumentException e) {
        throw new DataException(cursor.place(number), e.getMessage(), e);
      }
    }
  }
}
