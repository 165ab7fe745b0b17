package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.cli.input.Inputs;
import io.dimsieve.data.Batch;
import io.dimsieve.data.BatchReader;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.DatasetBuilder;
import io.dimsieve.data.Part;
import io.dimsieve.data.Split;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.search.SearchListener;
import io.dimsieve.search.SearchTask;
import io.dimsieve.serve.Scorer;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "demo", mixinStandardHelpOptions = true,
    description = "The whole job on embedded data: a million US flights, which are late? Uniform model against compacted model.")
final class DemoCommand implements Callable<Integer> {

  /** Fields of the flights, derived from the raw columns. */
  private static final String QUERY = "SELECT (delay > 15)::INT AS late, origin, destination, origin || '-' || destination AS route,"
      + " hour(date) AS hour, isodow(date) AS weekday, dayofyear(date) AS day, least(distance // 100, 30) AS distance FROM input";
  private static final List<String> FIELDS = List.of("origin", "destination", "route", "hour", "weekday", "day", "distance");
  private static final int MIN_COUNT = 2;
  private static final int SCORED_ROWS = 100_000;

  @ParentCommand private Main main;

  @Option(names = "--budget", defaultValue = "0.5", description = "share of the embedding bytes to keep (default: ${DEFAULT-VALUE})")
  private double budget;

  @Option(names = "--directory", description = "where to put dataset, plan and models (default: a temporary directory)")
  private Path directory;

  @Option(
      names = "--dataset", paramLabel = "DATASET",
      description = "the flights as a demo prepared them elsewhere (flights.ds of its directory); needs no DuckDB")
  private Path prepared;

  @Option(names = "--prepare-only", description = "write flights.ds to the directory, and no more")
  private boolean prepareOnly;

  @Option(names = "--seed", defaultValue = "1", description = "(default: ${DEFAULT-VALUE})")
  private long seed;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() throws IOException {
    Budget share = new Budget(budget, Budget.Unit.BYTES);
    Path folder = directory == null ? Files.createTempDirectory("dimsieve-demo") : Files.createDirectories(directory);
    System.out.println("files in " + folder);
    if (prepareOnly) {
      prepare(folder).close();
      return 0;
    }
    ModelSpec model = ModelSpec.of("deepfm").withHidden(64, 32);
    TrainSpec train = TrainSpec.of(seed).withBatchSize(4096).withEpochs(6).withPatience(1);
    long start = System.nanoTime();
    try (Backend backend = engine.open();
        Dataset dataset = prepared == null ? prepare(folder) : flights(prepared)) {
      double preparation = seconds(start);
      System.out.printf(
          "%s; %,d + %,d + %,d rows, split by time%n", backend.description(), dataset.rows(Part.TRAIN), dataset.rows(Part.VALIDATION),
          dataset.rows(Part.TEST));
      TrainingRun run = new TrainingRun(main, backend, dataset);
      EmbeddingLayout uniform = EmbeddingLayout.uniform(16, dataset.rows());
      System.out.println("uniform model: every field has 16 dimensions");
      TrainingRun.Outcome full = run.train(model, uniform, train, null, null, folder.resolve("uniform.model"));
      start = System.nanoTime();
      System.out.println("search: hard auxiliary mask, " + share);
      DimensionPlan plan = SearchMethods.of("ham").search(new SearchTask(
          backend, dataset, model, 16, train, List.of(share), Map.of(), main.progress(), main.stopRequested(), SearchListener.NONE)).get(0);
      plan.write(folder.resolve("plan.json"));
      double searched = seconds(start);
      System.out.println("compacted model: " + Arrays.toString(plan.layout().widths()) + " dimensions, trained from scratch");
      TrainingRun.Outcome compact = run.train(model, plan.layout(), train, null, null, folder.resolve("compacted.model"));
      if (main.stopRequested().getAsBoolean()) {
        throw new ConfigurationException("interrupted");
      }
      double fullMicros = score(backend, dataset, folder.resolve("uniform.model"));
      double compactMicros = score(backend, dataset, folder.resolve("compacted.model"));
      System.out.printf("%n%-22s %14s %14s%n", "", "uniform", "compacted");
      row("test auc", "%.4f", full.test().auc(), compact.test().auc());
      row("test logloss", "%.4f", full.test().logLoss(), compact.test().logLoss());
      row("parameters", "%,.0f", full.parameters(), compact.parameters());
      row("embedding bytes", "%,.0f", full.embeddingBytes(), compact.embeddingBytes());
      for (int f = 0; f < FIELDS.size(); f++) {
        row("dimensions " + FIELDS.get(f), "%.0f", uniform.width(f), plan.layout().width(f));
      }
      if (prepared == null) {
        row("seconds, prepare", "%.1f", preparation, preparation);
      }
      row("seconds, search", "%.1f", 0, searched);
      row("seconds, train", "%.1f", full.seconds(), compact.seconds());
      row("us per scored row", "%.2f", fullMicros, compactMicros);
      return 0;
    }
  }

  private static void row(String name, String format, double uniform, double compacted) {
    System.out.printf("%-22s %14s %14s%n", name, String.format(Locale.ROOT, format, uniform), String.format(Locale.ROOT, format, compacted));
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static Dataset flights(Path file) {
    Dataset dataset = Dataset.open(file);
    List<String> fields = dataset.encoder().schema().fields().stream().map(Field::name).toList();
    if (!fields.equals(FIELDS)) {
      dataset.close();
      throw new ConfigurationException(file + ": not a demo's flights: its fields are " + fields + ", not " + FIELDS);
    }
    return dataset;
  }

  private Dataset prepare(Path folder) throws IOException {
    Path parquet = folder.resolve("flights.parquet");
    try (InputStream in = DemoCommand.class.getResourceAsStream("flights.parquet")) {
      Files.copy(in, parquet, StandardCopyOption.REPLACE_EXISTING);
    }
    Schema schema = new Schema(LabelRule.binary("late"), FIELDS.stream().map(name -> Field.categorical(name, MIN_COUNT)).toList());
    return new DatasetBuilder(schema, Runtime.getRuntime().availableProcessors(), main.progress())
        .build(Inputs.of("parquet").open(parquet, schema, QUERY), Split.byOrder(8, 1, 1), folder.resolve("flights.ds"));
  }

  /** Microseconds per row when test rows are scored one by one, as a server would. */
  private static double score(Backend backend, Dataset dataset, Path model) {
    try (Scorer scorer = Scorer.open(backend, model, 1);
        BatchReader reader = BatchReader.inOrder(dataset, Part.TEST, 4096, HostAllocator.INSTANCE);
        Block score = HostAllocator.INSTANCE.allocate(4)) {
      long nanos = 0;
      long rows = 0;
      reader.beginEpoch(0);
      for (Batch batch; rows < SCORED_ROWS && (batch = reader.next()) != null; rows += batch.size()) {
        long start = System.nanoTime();
        for (int i = 0; i < batch.size(); i++) {
          scorer.score(batch.ids() + 4L * i * dataset.fields(), 1, score.address());
        }
        nanos += System.nanoTime() - start;
      }
      return nanos * 1e-3 / Math.max(1, rows);
    }
  }
}
