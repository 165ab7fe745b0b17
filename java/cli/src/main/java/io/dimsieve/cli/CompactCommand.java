package io.dimsieve.cli;

import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.search.Compactor;
import io.dimsieve.search.DimensionPlan;
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
    name = "compact", mixinStandardHelpOptions = true,
    description = "Removes a plan's columns from a trained model: smaller tables, the same scores as with those columns masked.")
final class CompactCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MODEL", description = "model file")
  private Path source;

  @Option(names = "--plan", required = true, paramLabel = "PLAN", description = "dimension plan")
  private Path plan;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "MODEL", description = "model file to write")
  private Path output;

  @Mixin private EngineOptions engine;

  @Override
  public Integer call() {
    Writable.check(output);
    try (Backend backend = engine.open();
        ModelStore.Stored stored = ModelStore.load(backend, source, 1)) {
      DimensionPlan read = DimensionPlan.read(plan);
      read.requireFits(
          plan.toString(), stored.encoder().schema().fields().stream().map(field -> field.name()).toList(), stored.encoder().rows());
      try (CtrModel compact = Compactor.compact(backend, stored.model(), read.layout(), 1)) {
        ModelStore.save(compact, stored.encoder().truncated(read.layout().rows()), Map.of("compacted", source.getFileName().toString(), "plan", read.method()), output);
        System.out.printf(
            Locale.ROOT, "embeddings %,d -> %,d bytes, %,d -> %,d parameters in all%n", stored.model().embeddingBytes(),
            compact.embeddingBytes(), stored.model().parameters(), compact.parameters());
      }
      return 0;
    }
  }
}
