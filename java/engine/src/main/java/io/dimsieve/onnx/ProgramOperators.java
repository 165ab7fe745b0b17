package io.dimsieve.onnx;

import static io.dimsieve.onnx.OnnxGraph.attribute;

import io.dimsieve.ModelFormatException;
import io.dimsieve.exchange.DenseWeights;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.Program.Instruction;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
  private final String[] ids;

  ProgramOperators(ModelFile file, DenseWeights weights) {
    this.file = file;
    this.weights = weights;
    this.layout = weights.layout();
    this.fields = layout.fields();
    this.perField = new FieldOperators(graph, weights);
    this.ids = new String[fields];
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

  /** The ids of one field, int64 [batch]. */
  private String ids(int field) {
    if (ids[field] == null) {
      ids[field] = graph.node("Gather", List.of("ids", graph.integer(field)), attribute("axis", 1L));
    }
    return ids[field];
  }

  private String sideBySide(List<String> parts) {
    return parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts, attribute("axis", 1L));
  }

  private OnnxValue linear() {
    List<String> terms = new ArrayList<>();
    for (int f = 0; f < fields; f++) {
      terms.add(graph.node("Gather", List.of(graph.weight(weights.firstOrder(f)), ids(f)), attribute("axis", 0L)));
    }
    String sum = graph.node("ReduceSum", List.of(sideBySide(terms), graph.integers(1)), attribute("keepdims", 1L));
    return new OnnxValue(graph.node("Add", List.of(sum, weight("linear.bias", 1))), 1);
  }

  private OnnxValue gather() {
    List<String> rows = new ArrayList<>();
    for (int f = 0; f < fields; f++) {
      if (layout.width(f) > 0) {
        rows.add(graph.node("Gather", List.of(graph.weight(weights.embedding(f)), ids(f)), attribute("axis", 0L)));
      }
    }
    return rows.isEmpty() ? nothing() : new OnnxValue(sideBySide(rows), layout.columns());
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
