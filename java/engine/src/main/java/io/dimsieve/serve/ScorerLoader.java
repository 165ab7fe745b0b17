package io.dimsieve.serve;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.Program;
import io.dimsieve.file.Program.Instruction;
import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.op.Add;
import io.dimsieve.op.BatchNorm;
import io.dimsieve.op.BiasReluDropout;
import io.dimsieve.op.FieldProjection;
import io.dimsieve.op.FmInteraction;
import io.dimsieve.op.Linear;
import io.dimsieve.op.MatMul;
import io.dimsieve.op.Op;
import io.dimsieve.op.PackedGather;
import io.dimsieve.op.Variable;
import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.PackedTable;
import io.dimsieve.tensor.StoredTables;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns the program of a model file into operations on memory of one scorer. */
final class ScorerLoader {

  private final Backend backend;
  private final ModelFile file;
  private final int capacity;
  private final Arena arena;
  private final EmbeddingLayout layout;
  private final Tensor ids;
  private final Map<String, Variable> values = new HashMap<>();
  private final List<Op> ops = new ArrayList<>();

  private ScorerLoader(Backend backend, ModelFile file, int capacity, Arena arena) {
    this.backend = backend;
    this.file = file;
    this.capacity = capacity;
    this.arena = arena;
    this.layout = new EmbeddingLayout(file.dimension(), file.rows(), file.columns());
    this.ids = Tensor.allocate(backend, arena, Tensor.Type.I32, capacity, layout.fields());
  }

  static Scorer load(Backend backend, Path path, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be positive, is " + capacity);
    }
    Arena arena = new Arena(backend);
    try (ModelFile file = ModelFile.open(path)) {
      Encoder encoder = file.encoder();
      ScorerLoader loader = new ScorerLoader(backend, file, capacity, arena);
      Variable logit = null;
      for (Instruction instruction : file.program().instructions()) {
        logit = loader.add(instruction);
      }
      if (logit == null || logit.columns() != 1) {
        throw new ModelFormatException(path.toString(), "its program does not end in a logit");
      }
      return new Scorer(backend, arena, encoder, capacity, loader.ids, logit.value(), loader.ops.toArray(new Op[0]));
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private Variable add(Instruction i) {
    Variable out = i.kind() == Program.Kind.BIAS || i.kind() == Program.Kind.BIAS_RELU ? value(i.a()) : fresh(i);
    ops.add(switch (i.kind()) {
      case LINEAR -> new Linear(backend, table(EmbeddingLayout.uniform(1, layout.rows()), "linear.weight"), weights("linear.bias", 1, 1), ids, out, null);
      case GATHER -> new PackedGather(backend, new PackedTable(backend, arena, stored()), ids, out);
      case PROJECT -> new FieldProjection(
          backend, value(i.a()), layout, weights(i.weight(), layout.columns(), i.size() / layout.fields()), out);
      case FM -> new FmInteraction(
          backend, value(i.a()), i.weight().isEmpty() ? null : Tensor.of(backend, arena, layout.identity()), i.size(),
          Tensor.floats(backend, arena, capacity, i.size()), out);
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

  private Variable fresh(Instruction i) {
    int columns = i.kind() == Program.Kind.FM ? 1 : i.kind() == Program.Kind.GATHER ? layout.columns() : i.size();
    Variable made = new Variable(Tensor.floats(backend, arena, capacity, columns), null);
    if (values.put(i.out(), made) != null) {
      throw new ModelFormatException(file.name(), "its program defines " + i.out() + " twice");
    }
    return made;
  }

  private Variable value(String name) {
    Variable found = values.get(name);
    if (found == null) {
      throw new ModelFormatException(file.name(), "its program reads " + name + " before it is defined");
    }
    return found;
  }

  private StoredTables stored() {
    return StoredTables.of(
        file.name(), layout, file.metadata(ModelFile.PRECISION), file.tableForms(), file.tableScales(), file.tableBytes(), file::readTable);
  }

  private EmbeddingTable table(EmbeddingLayout shape, String name) {
    EmbeddingTable table = new EmbeddingTable(backend, arena, shape);
    fill(table.values(), name);
    return table;
  }

  private Weights weights(String name, long rows, long columns) {
    Tensor tensor = Tensor.floats(backend, arena, rows, columns);
    fill(tensor, name);
    return new Weights(name, tensor, null);
  }

  private void fill(Tensor tensor, String name) {
    file.read(name, tensor.size(), (at, values) -> tensor.set(at, values));
  }
}
