package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.exchange.ModelPlan;
import io.dimsieve.exchange.SafetensorsExport;
import io.dimsieve.file.ModelFile;
import io.dimsieve.onnx.OnnxExport;
import io.dimsieve.search.DimensionPlan;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "export", mixinStandardHelpOptions = true, description = "Writes a model for other tools: ONNX, safetensors, dimension plan.")
final class ExportCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MODEL", description = "model file")
  private Path source;

  @Option(
      names = "--onnx", paramLabel = "FILE",
      description = "ONNX model: ids, int64 [batch, fields], to probability [batch, 1]; weights beyond 1 GiB go to FILE.data beside it")
  private Path onnx;

  @Option(names = "--safetensors", paramLabel = "FILE", description = "all weights as dense F32 tensors, which any safetensors reader opens")
  private Path safetensors;

  @Option(names = "--plan", paramLabel = "FILE", description = "dimension plan that the model's tables have been cut to")
  private Path plan;

  @Override
  public Integer call() {
    Path[] outputs = Stream.of(onnx, safetensors, plan).filter(Objects::nonNull).toArray(Path[]::new);
    if (outputs.length == 0) {
      throw new ConfigurationException("nothing to write: give --onnx, --safetensors or --plan");
    }
    Arrays.stream(outputs).forEach(Writable::check);
    try (ModelFile model = ModelFile.open(source)) {
      if (plan != null) {
        DimensionPlan read = ModelPlan.of(model);
        read.write(plan);
        System.out.println(plan + ": " + read.budget() + ", widths " + Arrays.toString(read.layout().widths()));
      }
      if (safetensors != null) {
        System.out.println(safetensors + ": " + SafetensorsExport.write(model, safetensors) + " tensors");
      }
      if (onnx != null) {
        Path weights = OnnxExport.write(model, onnx);
        System.out.println(onnx + (weights.equals(onnx) ? "" : ", weights in " + weights));
      }
      return 0;
    }
  }
}
