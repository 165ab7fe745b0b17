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
    if (spec.projection() > 0) {
      String projected = emit(Kind.PROJECT, embedding, "", "projection", layout.fields() * spec.projection());
      return emit(Kind.FM, projected, "", "", spec.projection());
    }
    return emit(Kind.FM, embedding, "", layout.isUniform() ? "" : "identity", layout.dimension());
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
