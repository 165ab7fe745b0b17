package io.dimsieve.serve;

import io.dimsieve.ModelFormatException;
import io.dimsieve.file.Program;
import io.dimsieve.file.Program.Instruction;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.Add;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.op.BiasReluDropout;
import io.dimsieve.op.Concat;
import io.dimsieve.op.Cross;
import io.dimsieve.op.Dense;
import io.dimsieve.op.DenseI8;
import io.dimsieve.op.FieldAttention;
import io.dimsieve.op.FieldProjection;
import io.dimsieve.op.FmInteraction;
import io.dimsieve.op.InnerProduct;
import io.dimsieve.op.Linear;
import io.dimsieve.op.MatMul;
import io.dimsieve.op.Op;
import io.dimsieve.op.PackedGather;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.PackedTable;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Turns the program of a model file into operations on memory of one scorer. */
final class ScorerLoader {

  private final ScoringModel model;
  private final Backend backend;
  private final int capacity;
  private final LayerPrecision precision;
  private final int contextFields;
  private final Arena arena;
  private final EmbeddingLayout layout;
  private final Tensor ids;
  private final Map<String, Variable> values = new HashMap<>();
  private final List<Op> ops = new ArrayList<>();
  private Variable gathered;

  private ScorerLoader(ScoringModel model, Backend backend, int capacity, LayerPrecision precision, int contextFields, Arena arena) {
    this.model = model;
    this.backend = backend;
    this.capacity = capacity;
    this.precision = precision;
    this.contextFields = contextFields;
    this.arena = arena;
    this.layout = model.layout();
    this.ids = Tensor.allocate(backend, arena, Tensor.Type.I32, capacity, layout.fields());
  }

  /**
   * A scorer on {@code backend}.
   *
   * @param contextFields leading fields whose ids are equal in all rows of a call
   * @param atClose runs when it is closed
   */
  static Scorer load(ScoringModel model, Backend backend, int capacity, LayerPrecision precision, int contextFields, Runnable atClose) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be positive, is " + capacity);
    }
    Arena arena = new Arena(backend);
    try {
      ScorerLoader loader = new ScorerLoader(model, backend, capacity, precision, contextFields, arena);
      Variable logit = null;
      List<Instruction> program = model.program().instructions();
      for (int i = 0; i < program.size(); i++) {
        boolean layer = i + 1 < program.size() && isLayer(program.get(i), program.get(i + 1));
        logit = layer ? loader.layer(program.get(i), program.get(++i)) : loader.add(program.get(i));
      }
      if (logit == null || logit.columns() != 1) {
        throw new ModelFormatException(model.name(), "its program does not end in a logit");
      }
      return new Scorer(model, backend, arena, capacity, loader.ids, logit.value(), loader.ops.toArray(new Op[0]), atClose);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** A product and the bias that is added to it. */
  private static boolean isLayer(Instruction product, Instruction bias) {
    return product.kind() == Program.Kind.MATMUL && (bias.kind() == Program.Kind.BIAS || bias.kind() == Program.Kind.BIAS_RELU)
        && bias.a().equals(product.out());
  }

  private Variable layer(Instruction product, Instruction bias) {
    Variable x = value(product.a());
    Variable out = fresh(product);
    Weights w = weights(product.weight(), x.columns(), product.size());
    Weights b = weights(bias.weight(), 1, product.size());
    boolean hidden = bias.kind() == Program.Kind.BIAS_RELU;
    int shared = x == gathered ? Arrays.stream(layout.widths(), 0, contextFields).sum() : 0;
    ops.add(hidden && precision == LayerPrecision.I8
        ? new DenseI8(backend, arena, x, w.value(), b, true, out)
        : new Dense(backend, x, w, b, hidden, out, shared, shared > 0 ? Tensor.floats(backend, arena, 1, out.columns()) : null));
    return out;
  }

  private Variable add(Instruction i) {
    Variable out = i.kind() == Program.Kind.BIAS || i.kind() == Program.Kind.BIAS_RELU ? value(i.a()) : fresh(i);
    if (i.kind() == Program.Kind.GATHER) {
      gathered = out;
    }
    ops.add(switch (i.kind()) {
      case LINEAR -> new Linear(backend, firstOrder(), weights("linear.bias", 1, 1), ids, out, null);
      case GATHER -> new PackedGather(backend, tables(), ids, out);
      case PROJECT -> new FieldProjection(
          backend, value(i.a()), layout, weights(i.weight(), layout.columns(), i.size() / layout.fields()), out);
      case FM -> new FmInteraction(
          backend, value(i.a()), i.weight().isEmpty() ? null : identity(), i.size(),
          Tensor.floats(backend, arena, capacity, i.size()), out);
      case INNER_PRODUCT -> new InnerProduct(
          backend, value(i.a()), i.weight().isEmpty() ? null : identity(), i.weight().isEmpty() ? null : firstColumns(), layout.fields(), i.size(),
          i.weight().isEmpty() ? null : Tensor.floats(backend, arena, capacity, (long) layout.fields() * i.size()), out);
      case FIELD_MATMUL -> new MatMul(
          backend, value(i.a()), weights(i.weight(), value(i.a()).columns() / layout.fields(), i.size() / layout.fields()), out);
      case CROSS -> cross(i, out);
      case ATTENTION -> attention(i, out);
      case CONCAT -> new Concat(backend, value(i.a()), value(i.b()), out);
      case MATMUL -> new MatMul(backend, value(i.a()), weights(i.weight(), value(i.a()).columns(), i.size()), out);
      case NORM -> new BatchNorm(
          backend, value(i.a()), weights(i.weight() + ".scale", 1, i.size()), weights(i.weight() + ".shift", 1, i.size()),
          weights(i.weight() + ".mean", 1, i.size()).value(), weights(i.weight() + ".variance", 1, i.size()).value(), null, null, null, out);
      case BIAS, BIAS_RELU -> new BiasReluDropout(
          backend, out, weights(i.weight(), 1, out.columns()), i.kind() == Program.Kind.BIAS_RELU, 0, ids, 0, null);
      case ADD -> new Add(backend, value(i.a()), value(i.b()), out);
    });
    return out;
  }

  private Op cross(Instruction i, Variable out) {
    int n = out.columns();
    require(value(i.a()).columns() == n && value(i.b()).columns() == n, i);
    Variable product = variable(n);
    ops.add(new MatMul(backend, value(i.b()), weights(i.weight() + ".weight", n, n), product));
    return new Cross(backend, value(i.a()), value(i.b()), product, weights(i.weight() + ".bias", 1, n), null, out);
  }

  private Op attention(Instruction i, Variable out) {
    int fields = layout.fields();
    int units = out.columns() / fields;
    require(i.size() > 0 && units % i.size() == 0 && value(i.a()).columns() == 4 * fields * units, i);
    Tensor weights = Tensor.floats(backend, arena, capacity, (long) units / i.size() * fields * fields);
    return new FieldAttention(backend, value(i.a()), fields, units / i.size(), i.size(), weights, out);
  }

  private void require(boolean fits, Instruction i) {
    if (!fits) {
      throw new ModelFormatException(model.name(), "the sizes of its program do not fit each other: " + i);
    }
  }

  private Variable variable(int columns) {
    return new Variable(Tensor.floats(backend, arena, capacity, columns), null);
  }

  private Tensor identity() {
    return Tensor.of(backend, arena, layout.identity());
  }

  private Tensor firstColumns() {
    return Tensor.of(backend, arena, IntStream.range(0, layout.fields()).map(layout::column).toArray());
  }

  private Variable fresh(Instruction i) {
    Variable made = variable(switch (i.kind()) {
      case FM -> 1;
      case GATHER -> layout.columns();
      case INNER_PRODUCT -> InnerProduct.pairs(layout.fields());
      case ATTENTION -> value(i.a()).columns() / 4;
      case CONCAT -> value(i.a()).columns() + value(i.b()).columns();
      default -> i.size();
    });
    if (values.put(i.out(), made) != null) {
      throw new ModelFormatException(model.name(), "its program defines " + i.out() + " twice");
    }
    return made;
  }

  private Variable value(String name) {
    Variable found = values.get(name);
    if (found == null) {
      throw new ModelFormatException(model.name(), "its program reads " + name + " before it is defined");
    }
    return found;
  }

  private PackedTable tables() {
    if (model.packed() == null) {
      throw new ModelFormatException(model.name(), "its program looks up embeddings, but it has no tables");
    }
    return model.packed();
  }

  private EmbeddingTable firstOrder() {
    EmbeddingLayout shape = EmbeddingLayout.uniform(1, layout.rows());
    return new EmbeddingTable(backend, arena, shape, model.array("linear.weight", 1, shape.parameters()));
  }

  private Weights weights(String name, long rows, long columns) {
    return new Weights(name, model.array(name, rows, columns), null);
  }
}
