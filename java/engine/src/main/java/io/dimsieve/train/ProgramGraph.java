package io.dimsieve.train;

import io.dimsieve.file.Program;
import io.dimsieve.file.Program.Instruction;
import io.dimsieve.file.Program.Kind;
import io.dimsieve.model.Architectures;
import io.dimsieve.model.Graph;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.ArrayList;
import java.util.List;

/** Writes a model as the flat program that scoring runs; the names of arrays are those of {@code CtrModel.arrays()}. */
final class ProgramGraph implements Graph<String> {

  private final ModelSpec spec;
  private final EmbeddingLayout layout;
  private final List<Instruction> instructions = new ArrayList<>();
  private int values;

  private ProgramGraph(ModelSpec spec, EmbeddingLayout layout) {
    this.spec = spec;
    this.layout = layout;
  }

  static Program of(ModelSpec spec, EmbeddingLayout layout) {
    ProgramGraph graph = new ProgramGraph(spec, layout);
    Architectures.of(spec.architecture()).logit(graph);
    return new Program(graph.instructions);
  }

  private String emit(Kind kind, String a, String b, String weight, int size) {
    String out = "v" + values++;
    instructions.add(new Instruction(kind, a, b, weight, out, size));
    return out;
  }

  private String inPlace(Kind kind, String a, String weight) {
    instructions.add(new Instruction(kind, a, "", weight, a, 0));
    return a;
  }

  @Override
  public String linear() {
    return emit(Kind.LINEAR, "", "", "linear", 1);
  }

  @Override
  public String embedding() {
    return emit(Kind.GATHER, "", "", "embedding", layout.columns());
  }

  @Override
  public String fm(String embedding) {
    return ofPairs(Kind.FM, embedding);
  }

  @Override
  public String innerProducts(String embedding) {
    return ofPairs(Kind.INNER_PRODUCT, embedding);
  }

  private String ofPairs(Kind kind, String embedding) {
    if (spec.projection() > 0) {
      return emit(kind, projected(embedding, "projection", spec.projection()), "", "", spec.projection());
    }
    return emit(kind, embedding, "", layout.isUniform() ? "" : "identity", layout.dimension());
  }

  private String projected(String embedding, String name, int size) {
    return emit(Kind.PROJECT, embedding, "", name, layout.fields() * size);
  }

  @Override
  public String cross(String embedding) {
    String x = embedding;
    for (int layer = 0; layer < spec.crossLayers(); layer++) {
      x = emit(Kind.CROSS, embedding, x, "cross." + layer, layout.columns());
    }
    return x;
  }

  @Override
  public String attention(String embedding) {
    ModelSpec.Attention sizes = spec.attention();
    String x = projected(embedding, "attention.projection", sizes.units());
    for (int layer = 0; layer < sizes.layers(); layer++) {
      String parts = emit(Kind.FIELD_MATMUL, x, "", "attention." + layer + ".weight", layout.fields() * 4 * sizes.units());
      x = emit(Kind.ATTENTION, parts, "", "", sizes.size());
    }
    return x;
  }

  @Override
  public String concat(String a, String b) {
    return emit(Kind.CONCAT, a, b, "", 0);
  }

  @Override
  public String head(String input) {
    return emit(Kind.MATMUL, input, "", "head.weight", 1);
  }

  @Override
  public String mlp(String input) {
    String x = input;
    int layer = 0;
    for (int width : spec.hidden()) {
      String name = "mlp." + layer++;
      x = emit(Kind.MATMUL, x, "", name + ".weight", width);
      if (spec.batchNorm()) {
        x = emit(Kind.NORM, x, "", name + ".norm", width);
      }
      x = inPlace(Kind.BIAS_RELU, x, name + ".bias");
    }
    String name = "mlp." + layer;
    return inPlace(Kind.BIAS, emit(Kind.MATMUL, x, "", name + ".weight", 1), name + ".bias");
  }

  @Override
  public String sum(String a, String b) {
    return emit(Kind.ADD, a, b, "", 1);
  }
}
