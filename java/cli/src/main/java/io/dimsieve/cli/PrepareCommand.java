package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.cli.input.InputFormat;
import io.dimsieve.cli.input.Inputs;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.DatasetBuilder;
import io.dimsieve.data.Part;
import io.dimsieve.data.RowSource;
import io.dimsieve.data.Split;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "prepare", mixinStandardHelpOptions = true, description = "Encodes raw rows into a dataset file.")
final class PrepareCommand implements Callable<Integer> {

  @ParentCommand private Main main;

  @Parameters(index = "0", paramLabel = "INPUT", description = "file, or folder where the format is one")
  private Path input;

  @Option(
      names = "--format", required = true,
      description = "csv, tsv, parquet, criteo, movielens-ids, movielens-side, libsvm or libffm")
  private String format;

  @Option(names = "--schema", paramLabel = "JSON", description = "schema file; formats with a schema of their own do without")
  private Path schema;

  @Option(names = "--query", paramLabel = "SQL", description = "SQL over the table input that derives the schema's columns (csv, tsv, parquet)")
  private String query;

  @Option(names = "--validation", paramLabel = "INPUT", description = "rows for validation from a second input instead of a split")
  private Path validation;

  @Option(names = "--test", paramLabel = "INPUT", description = "rows for testing from another input instead of a split")
  private Path test;

  @Option(names = "--shares", split = ",", defaultValue = "8,1,1", description = "shares of train, validation and test rows (default: ${DEFAULT-VALUE})")
  private List<Integer> shares;

  @Option(names = "--by-order", description = "the first rows train, the last ones test (split by time), instead of a random split")
  private boolean byOrder;

  @Option(names = "--split-seed", defaultValue = "2021", description = "seed of the random split (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(names = "--threads", description = "threads that encode; the dataset does not depend on it (default: all cores)")
  private Integer threads;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DATASET", description = "dataset file to write")
  private Path output;

  @Override
  public Integer call() {
    Writable.check(output);
    InputFormat reader = Inputs.of(format);
    Schema columns = schema == null ? reader.schema(input) : Schema.parse(schema);
    if (columns == null) {
      throw new ConfigurationException("format " + format + " needs --schema");
    }
    try (Dataset dataset = build(reader, columns)) {
      System.out.printf(
          "%s: %d fields, %,d table rows, %,d + %,d + %,d rows%n", output, dataset.fields(),
          java.util.Arrays.stream(dataset.rows()).asLongStream().sum(), dataset.rows(Part.TRAIN), dataset.rows(Part.VALIDATION),
          dataset.rows(Part.TEST));
      return 0;
    }
  }

  private Dataset build(InputFormat reader, Schema columns) {
    DatasetBuilder builder = new DatasetBuilder(columns, threads == null ? Runtime.getRuntime().availableProcessors() : threads, main.progress());
    RowSource rows = reader.open(input, columns, query);
    if (validation == null && test == null) {
      if (shares.size() != 3) {
        throw new ConfigurationException("--shares needs three numbers, not " + shares);
      }
      Split split = byOrder
          ? Split.byOrder(shares.get(0), shares.get(1), shares.get(2))
          : Split.random(seed, shares.get(0), shares.get(1), shares.get(2));
      return builder.build(rows, split, output);
    }
    if (validation == null || test == null) {
      throw new ConfigurationException("--validation and --test go together");
    }
    Map<Part, RowSource> parts = new EnumMap<>(Part.class);
    parts.put(Part.TRAIN, rows);
    parts.put(Part.VALIDATION, reader.open(validation, columns, query));
    parts.put(Part.TEST, reader.open(test, columns, query));
    return builder.build(parts, output);
  }
}
