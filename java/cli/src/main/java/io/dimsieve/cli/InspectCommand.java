package io.dimsieve.cli;

import io.dimsieve.ModelFormatException;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.encode.Schema;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.Program;
import io.dimsieve.file.TensorFileReader;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.StoredBytes;
import io.dimsieve.tensor.StoredTables;
import io.dimsieve.train.ModelStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", mixinStandardHelpOptions = true, description = "Tells what a dataset, model or plan file holds.")
final class InspectCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "FILE", description = "dataset, model or dimension plan")
  private Path file;

  @Override
  public Integer call() {
    if (firstByte() == '{') {
      plan(DimensionPlan.read(file));
      return 0;
    }
    switch (TensorFileReader.kind(file)) {
      case Dataset.KIND -> {
        try (Dataset dataset = Dataset.open(file)) {
          dataset(dataset);
        }
      }
      case ModelFile.KIND -> {
        try (ModelFile model = ModelFile.open(file)) {
          model(model);
        }
      }
      default -> throw new ModelFormatException(file.toString(), "is a " + TensorFileReader.kind(file) + " file; inspect reads datasets, models and plans");
    }
    return 0;
  }

  private int firstByte() {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read();
    } catch (IOException e) {
      throw new ModelFormatException(file.toString(), Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist", e);
    }
  }

  private static void plan(DimensionPlan plan) {
    System.out.println("dimension plan of " + plan.method() + ", " + plan.budget() + ", seed " + plan.seed() + ", settings " + plan.settings());
    fields(plan.fields().toArray(String[]::new), plan.layout().rows(), plan.layout().dimension(), f -> plan.layout().kept(f),
        f -> stored(plan.layout().precision(), StoredBytes.of(plan.layout(), f)));
  }

  private static void dataset(Dataset dataset) {
    System.out.printf(
        "dataset from %s, split %s: %,d training, %,d validation, %,d test rows%n", dataset.source(), dataset.split(),
        dataset.rows(Part.TRAIN), dataset.rows(Part.VALIDATION), dataset.rows(Part.TEST));
    for (int f = 0; f < dataset.fields(); f++) {
      System.out.printf("  %-24s %,12d rows%n", dataset.encoder().schema().fields().get(f).name(), dataset.rows()[f]);
    }
  }

  private static void model(ModelFile model) {
    Schema schema = model.encoder().schema();
    System.out.println("model " + model.metadata("spec"));
    System.out.println("made by " + model.metadata("provenance"));
    StoredTables tables = ModelStore.tables(model);
    fields(
        schema.fields().stream().map(field -> field.name()).toArray(String[]::new), model.rows(), model.dimension(), f -> model.columns()[f],
        f -> tables == null ? "no table" : tables.fields().get(f).form() + " " + stored(tables.layout().precision(), tables.fields().get(f).storedBytes()));
    for (Program.Instruction i : model.program().instructions()) {
      System.out.println("  " + i.out() + " = " + i.kind().name().toLowerCase(java.util.Locale.ROOT) + " " + i.a() + " " + i.b() + " " + i.weight());
    }
  }

  private static String stored(Precision precision, long bytes) {
    return String.format("%s, %,d bytes", precision, bytes);
  }

  private static void fields(String[] names, int[] rows, int dimension, IntFunction<int[]> kept, IntFunction<String> stored) {
    for (int f = 0; f < names.length; f++) {
      int[] columns = kept.apply(f);
      System.out.printf(
          "  %-24s %,12d rows, %d of %d columns, %s %s%n", names[f], rows[f], columns.length, dimension, stored.apply(f), Arrays.toString(columns));
    }
  }
}
