package io.dimsieve.cli;

import io.dimsieve.data.Dataset;
import io.dimsieve.exchange.WeightImport;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.train.ModelStore;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import", mixinStandardHelpOptions = true,
    description = "Makes a model file of weights that another tool trained, for search --from, compact, evaluate and score.")
final class ImportCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "WEIGHTS", description = "safetensors file")
  private Path weights;

  @Option(names = "--names", required = true, paramLabel = "NAMES", description = "JSON file: architecture, sizes, and which tensor is what (FORMAT.md)")
  private Path names;

  @Option(names = "--dataset", required = true, paramLabel = "DATASET", description = "dataset file whose ids are the rows of the tables")
  private Path data;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "MODEL", description = "model file to write")
  private Path output;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    Writable.check(output);
    try (Backend backend = engine.open();
        Dataset dataset = Dataset.open(data);
        CtrModel model = WeightImport.read(backend, weights, names, dataset.encoder())) {
      ModelStore.save(
          model, dataset.encoder(), Map.of("imported", weights.getFileName().toString(), "dataset", data.getFileName().toString()), output);
      System.out.printf(
          Locale.ROOT, "%s: %s, embeddings %,d bytes, %,d parameters in all%n", output, model.spec().architecture(), model.embeddingBytes(),
          model.parameters());
      return 0;
    }
  }
}
