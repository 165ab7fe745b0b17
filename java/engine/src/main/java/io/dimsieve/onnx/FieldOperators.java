package io.dimsieve.onnx;

import static io.dimsieve.onnx.OnnxGraph.attribute;

import io.dimsieve.exchange.DenseWeights;
import io.dimsieve.exchange.DenseWeights.Array;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The operators that see the fields within a row: b is the batch, F the fields, D, H and S sizes. */
final class FieldOperators {

  private final OnnxGraph graph;
  private final DenseWeights weights;
  private final EmbeddingLayout layout;
  private final int fields;

  FieldOperators(OnnxGraph graph, DenseWeights weights) {
    this.graph = graph;
    this.weights = weights;
    this.layout = weights.layout();
    this.fields = layout.fields();
  }

  private String shaped(String value, int... sizes) {
    return graph.node("Reshape", List.of(value, graph.integers(sizes)));
  }

  /**
   * Columns of a value anew.
   *
   * @param from for each new column the old one; the number of old columns stands for zeros
   */
  OnnxValue placed(OnnxValue x, int[] from) {
    String zeros = x.columns() == 0 ? x.name() : graph.node("Pad", List.of(x.name(), graph.integers(0, 0, 0, 1)));
    return new OnnxValue(graph.node("Gather", List.of(zeros, graph.integers(from)), attribute("axis", 1L)), from.length);
  }

  /** Embeddings [b, Σ widths] → [b, F · D]: every column at its base column, zeros where a field lacks one. */
  OnnxValue spread(OnnxValue e) {
    int size = layout.dimension();
    int[] from = new int[fields * size];
    Arrays.fill(from, e.columns());
    for (int f = 0, c = 0; f < fields; f++) {
      for (int j : layout.kept(f)) {
        from[f * size + j] = c++;
      }
    }
    return placed(e, from);
  }

  /** ½ Σ_j [(Σ_f e_fj)² − Σ_f e_fj²]. */
  OnnxValue fm(OnnxValue e, int size) {
    String rows = shaped(e.name(), -1, fields, size);
    String sums = sum(rows, 0);
    String squares = sum(graph.node("Mul", List.of(rows, rows)), 0);
    String terms = graph.node("Sub", List.of(graph.node("Mul", List.of(sums, sums)), squares));
    return new OnnxValue(graph.node("Mul", List.of(sum(terms, 1), graph.real(0.5f))), 1);
  }

  private String sum(String value, long keepAxis) {
    return graph.node("ReduceSum", List.of(value, graph.integers(1)), attribute("keepdims", keepAxis));
  }

  /** E Eᵀ [b, F, F], of which the pairs f &lt; g are kept, by f, then by g. */
  OnnxValue innerProducts(OnnxValue e, int size) {
    String rows = shaped(e.name(), -1, fields, size);
    String all = graph.node("MatMul", List.of(rows, graph.node("Transpose", List.of(rows), attribute("perm", 0, 2, 1))));
    int[] pairs =
        IntStream.range(0, fields).flatMap(f -> IntStream.range(f + 1, fields).map(g -> f * fields + g)).toArray();
    return new OnnxValue(graph.node("Gather", List.of(shaped(all, -1, fields * fields), graph.integers(pairs)), attribute("axis", 1L)), pairs.length);
  }

  /** Each field's columns times its rows of the maps [Σ widths, size]; zeros for a field without columns. */
  OnnxValue projected(OnnxValue e, String name, int size) {
    int[] wide = IntStream.range(0, fields).filter(f -> layout.width(f) > 0).toArray();
    int[] from = new int[fields * size];
    if (wide.length == 0) {
      return placed(e, from);
    }
    List<String> parts = wide.length == 1
        ? List.of(e.name())
        : graph.nodes("Split", List.of(e.name(), graph.integers(Arrays.stream(wide).map(layout::width).toArray())), wide.length, attribute("axis", 1L));
    List<String> products = new ArrayList<>();
    Arrays.fill(from, wide.length * size);
    for (int i = 0; i < wide.length; i++) {
      long width = layout.width(wide[i]);
      Array map = weights.part(name, (long) layout.columns() * size, (long) layout.column(wide[i]) * size, wide[i], width, size);
      products.add(graph.node("MatMul", List.of(parts.get(i), graph.weight(map))));
      for (int j = 0; j < size; j++) {
        from[wide[i] * size + j] = i * size + j;
      }
    }
    OnnxValue all = new OnnxValue(graph.node("Concat", products, attribute("axis", 1L)), wide.length * size);
    return wide.length == fields ? all : placed(all, from);
  }

  /** Every field times the same matrix [columns of a field, size]. */
  OnnxValue product(OnnxValue x, String name, int size) {
    int own = x.columns() / fields;
    String rows = shaped(x.name(), -1, fields, own);
    String product = graph.node("MatMul", List.of(rows, graph.weight(weights.array(name, own, size))));
    return new OnnxValue(shaped(product, -1, fields * size), fields * size);
  }

  /** Query, key, value and residual [b, F, 4, H, S] → max(0, softmax(Q Kᵀ / √S) V + R), head by head, [b, F · H · S]. */
  OnnxValue attention(OnnxValue parts, int heads, int size) {
    String all = shaped(parts.name(), -1, fields, 4, heads, size);
    String query = graph.node("Transpose", List.of(part(all, 0)), attribute("perm", 0, 2, 1, 3));
    String key = graph.node("Transpose", List.of(part(all, 1)), attribute("perm", 0, 2, 3, 1));
    String value = graph.node("Transpose", List.of(part(all, 2)), attribute("perm", 0, 2, 1, 3));
    String scores = graph.node("Mul", List.of(graph.node("MatMul", List.of(query, key)), graph.real((float) (1 / Math.sqrt(size)))));
    String shares = graph.node("Softmax", List.of(scores), attribute("axis", -1L));
    String mixed = graph.node("Transpose", List.of(graph.node("MatMul", List.of(shares, value))), attribute("perm", 0, 2, 1, 3));
    String out = graph.node("Relu", List.of(graph.node("Add", List.of(mixed, part(all, 3)))));
    return new OnnxValue(shaped(out, -1, fields * heads * size), fields * heads * size);
  }

  /** One of the four parts, [b, F, H, S]. */
  private String part(String all, int which) {
    return graph.node("Gather", List.of(all, graph.integer(which)), attribute("axis", 2L));
  }
}
