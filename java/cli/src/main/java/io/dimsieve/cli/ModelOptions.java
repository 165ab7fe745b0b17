package io.dimsieve.cli;

import io.dimsieve.model.ModelSpec;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that describe a model. */
final class ModelOptions {

  @Option(
      names = "--model", defaultValue = "deepfm", completionCandidates = ModelNames.class,
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private String model;

  @Option(names = "--dimension", defaultValue = "16", description = "base embedding dimension D (default: ${DEFAULT-VALUE})")
  private int dimension;

  @Option(names = "--hidden", split = ",", defaultValue = "256,128", description = "widths of the hidden layers (default: ${DEFAULT-VALUE})")
  private List<Integer> hidden;

  @Option(names = "--dropout", defaultValue = "0.2", description = "dropout of hidden units (default: ${DEFAULT-VALUE})")
  private double dropout;

  @Option(names = "--batch-norm", description = "normalise hidden layers over the batch")
  private boolean batchNorm;

  @Option(
      names = "--projection", defaultValue = "0",
      description = "bring fields to this common size by a linear map before inner products; 0 aligns them by column (default: ${DEFAULT-VALUE})")
  private int projection;

  @Option(
      names = "--deviation", defaultValue = "0.01",
      description = "standard deviation of initial embeddings (default: ${DEFAULT-VALUE})")
  private double deviation;

  @Option(names = "--cross-layers", defaultValue = "3", description = "cross layers of dcnv2 (default: ${DEFAULT-VALUE})")
  private int crossLayers;

  @Option(names = "--attention-size", defaultValue = "16", description = "size of an attention head of autoint (default: ${DEFAULT-VALUE})")
  private int attentionSize;

  @Option(names = "--attention-heads", defaultValue = "2", description = "attention heads of autoint (default: ${DEFAULT-VALUE})")
  private int attentionHeads;

  @Option(names = "--attention-layers", defaultValue = "3", description = "attention layers of autoint (default: ${DEFAULT-VALUE})")
  private int attentionLayers;

  int dimension() {
    return dimension;
  }

  ModelSpec spec() {
    return spec(model);
  }

  /** The same sizes for a model of another name than {@code --model} says. */
  ModelSpec spec(String architecture) {
    return new ModelSpec(
        architecture, hidden, dropout, batchNorm, projection, deviation, crossLayers,
        new ModelSpec.Attention(attentionSize, attentionHeads, attentionLayers));
  }
}
