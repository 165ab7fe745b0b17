package io.dimsieve.onnx;

import static io.dimsieve.onnx.OnnxGraph.attribute;

import io.dimsieve.ModelFormatException;
import io.dimsieve.exchange.DenseWeights;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.Program.Instruction;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Turns the program of a model file into ONNX operators, one instruction after the other; the formulas are those of
 * {@code Program.Kind}.
 */
final class ProgramOperators {

  private final ModelFile file;
  private final DenseWeights weights;
  private final EmbeddingLayout layout;
  private final int fields;
  private final OnnxGraph graph = new OnnxGraph();
  private final FieldOperators perField;
  private final Map<String, OnnxValue> values = new HashMap<>();

  ProgramOperators(ModelFile file, DenseWeights weights) {
    this.file = file;
    this.weights = weights;
    this.layout = weights.layout();
    this.fields = layout.fields();
    this.perField = new FieldOperators(graph, weights);
  }

  OnnxGraph graph() {
    graph.input("ids", fields);
    OnnxValue logit = null;
    for (Instruction i : file.program().instructions()) {
      logit = operator(i);
      values.put(i.out(), logit);
    }
    if (logit == null || logit.columns() != 1) {
      throw new ModelFormatException(file.name(), "its program does not end in a logit");
    }
    graph.output("probability", graph.node("Sigmoid", List.of(logit.name())), 1);
    return graph;
  }

  private OnnxValue operator(Instruction i) {
    return switch (i.kind()) {
      case LINEAR -> linear();
      case GATHER -> gather();
      case PROJECT -> project(i);
      case FM -> perField.fm(ofOneSize(i), i.size());
      case INNER_PRODUCT -> fields == 1 ? nothing() : perField.innerProducts(ofOneSize(i), i.size());
      case MATMUL -> product(value(i.a()), i.weight(), i.size());
      case FIELD_MATMUL -> fieldProduct(i);
      case CROSS -> cross(i);
      case ATTENTION -> attention(i);
      case CONCAT -> concat(value(i.a()), value(i.b()));
      case NORM -> norm(i);
      case BIAS -> biased(i);
      case BIAS_RELU -> apply("Relu", biased(i));
      case ADD -> apply("Add", value(i.a()), value(i.b()));
    };
  }

  private OnnxValue value(String name) {
    OnnxValue found = values.get(name);
    if (found == null) {
      throw new ModelFormatException(file.name(), "its program reads " + name + " before it is defined");
    }
    return found;
  }

  private void require(boolean fits, Instruction i) {
    if (!fits) {
      throw new ModelFormatException(file.name(), "the sizes of its program do not fit each other: " + i);
    }
  }

  private int sizeOfField(Instruction i) {
    require(i.size() > 0 && i.size() % fields == 0, i);
    return i.size() / fields;
  }

  /** An operator on values of one shape. */
  private OnnxValue apply(String operator, OnnxValue... inputs) {
    return new OnnxValue(graph.node(operator, List.of(inputs).stream().map(OnnxValue::name).toList()), inputs[0].columns());
  }

  private String weight(String name, long... shape) {
    return graph.weight(weights.array(name, shape));
  }

  /** Rows of the tables of some fields when those lie end to end, int64 [batch, fields]: one look-up for all of them. */
  private String rows(int... of) {
    long[] first = new long[of.length];
    for (int i = 1; i < of.length; i++) {
      first[i] = first[i - 1] + layout.rows(of[i - 1]);
    }
    String own = of.length == fields ? "ids" : graph.node("Gather", List.of("ids", graph.integers(of)), attribute("axis", 1L));
    return graph.node("Add", List.of(own, graph.integers(first)));
  }

  private String sideBySide(List<String> parts) {
    return parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts, attribute("axis", 1L));
  }

  private OnnxValue linear() {
    String all = weight("linear.weight", Arrays.stream(layout.rows()).asLongStream().sum());
    String terms = graph.node("Gather", List.of(all, rows(IntStream.range(0, fields).toArray())), attribute("axis", 0L));
    String sum = graph.node("ReduceSum", List.of(terms, graph.integers(1)), attribute("keepdims", 1L));
    return new OnnxValue(graph.node("Add", List.of(sum, weight("linear.bias", 1))), 1);
  }

  /** One look-up for all fields of a width, narrow ones first; then the columns in the order of the fields. */
  private OnnxValue gather() {
    List<String> parts = new ArrayList<>();
    int[] from = new int[layout.columns()];
    int done = 0;
    for (int width : Arrays.stream(layout.widths()).filter(width -> width > 0).distinct().sorted().toArray()) {
      int[] of = IntStream.range(0, fields).filter(f -> layout.width(f) == width).toArray();
      String found = graph.node("Gather", List.of(graph.weight(weights.embeddings(width, of)), rows(of)), attribute("axis", 0L));
      parts.add(graph.node("Reshape", List.of(found, graph.integers(-1, of.length * width))));
      for (int f : of) {
        for (int j = 0; j < width; j++) {
          from[layout.column(f) + j] = done++;
        }
      }
    }
    if (parts.isEmpty()) {
      return nothing();
    }
    String all = sideBySide(parts);
    String ordered = parts.size() == 1 ? all : graph.node("Gather", List.of(all, graph.integers(from)), attribute("axis", 1L));
    return new OnnxValue(ordered, layout.columns());
  }

  /** No columns: zeros [batch, 1] that depend on the batch's size alone. */
  private OnnxValue nothing() {
    String first = graph.node("Gather", List.of("ids", graph.integers(0)), attribute("axis", 1L));
    return new OnnxValue(graph.node("Cast", List.of(graph.node("Sub", List.of(first, first))), attribute("to", 1L)), 0);
  }

  /** The input of a kind that multiplies fields with each other: every field with all its base columns. */
  private OnnxValue ofOneSize(Instruction i) {
    OnnxValue e = value(i.a());
    require(i.size() > 0 && (i.weight().isEmpty() ? e.columns() == fields * i.size() : e.columns() == layout.columns()), i);
    return i.weight().isEmpty() ? e : perField.spread(e);
  }

  private OnnxValue project(Instruction i) {
    require(value(i.a()).columns() == layout.columns(), i);
    return perField.projected(value(i.a()), i.weight(), sizeOfField(i));
  }

  private OnnxValue fieldProduct(Instruction i) {
    require(value(i.a()).columns() > 0 && value(i.a()).columns() % fields == 0, i);
    return perField.product(value(i.a()), i.weight(), sizeOfField(i));
  }

  private OnnxValue product(OnnxValue x, String name, int size) {
    if (x.columns() == 0) {
      return perField.placed(x, new int[size]);
    }
    return new OnnxValue(graph.node("MatMul", List.of(x.name(), weight(name, x.columns(), size))), size);
  }

  private OnnxValue cross(Instruction i) {
    OnnxValue first = value(i.a());
    OnnxValue x = value(i.b());
    int n = i.size();
    require(first.columns() == n && x.columns() == n, i);
    if (n == 0) {
      return x;
    }
    OnnxValue product = product(x, i.weight() + ".weight", n);
    OnnxValue sum = new OnnxValue(graph.node("Add", List.of(product.name(), weight(i.weight() + ".bias", n))), n);
    return apply("Add", apply("Mul", first, sum), x);
  }

  private OnnxValue attention(Instruction i) {
    OnnxValue parts = value(i.a());
    int units = parts.columns() / 4 / fields;
    require(i.size() > 0 && units > 0 && units % i.size() == 0 && parts.columns() == 4 * fields * units, i);
    return perField.attention(parts, units / i.size(), i.size());
  }

  private OnnxValue concat(OnnxValue a, OnnxValue b) {
    if (a.columns() == 0 || b.columns() == 0) {
      return a.columns() == 0 ? b : a;
    }
    return new OnnxValue(sideBySide(List.of(a.name(), b.name())), a.columns() + b.columns());
  }

  private OnnxValue norm(Instruction i) {
    OnnxValue x = value(i.a());
    require(x.columns() == i.size(), i);
    List<String> inputs = new ArrayList<>(List.of(x.name()));
    for (String part : List.of(".scale", ".shift", ".mean", ".variance")) {
      inputs.add(weight(i.weight() + part, i.size()));
    }
    return new OnnxValue(graph.node("BatchNormalization", inputs, attribute("epsilon", BatchNorm.EPSILON)), i.size());
  }

  private OnnxValue biased(Instruction i) {
    OnnxValue x = value(i.a());
    return new OnnxValue(graph.node("Add", List.of(x.name(), weight(i.weight(), x.columns()))), x.columns());
  }
}
