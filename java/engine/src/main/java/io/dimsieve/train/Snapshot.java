package io.dimsieve.train;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Arena;
import io.dimsieve.model.CtrModel;
import io.dimsieve.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A copy of a model's weights in device memory, to go back to. */
public final class Snapshot implements AutoCloseable {

  private record Pair(String name, Tensor original, Tensor copy) {}

  private final Backend backend;
  private final Arena arena;
  private final List<Pair> pairs = new ArrayList<>();

  /** Room for a copy; {@link #take} fills it. */
  public Snapshot(Backend backend, CtrModel model) {
    this.backend = backend;
    this.arena = new Arena(backend);
    model.arrays().forEach((name, array) -> pairs.add(new Pair(name, array, Tensor.floats(backend, arena, array.rows(), array.columns()))));
  }

  /** Copies the model's weights as they are now. */
  public void take() {
    for (Pair pair : pairs) {
      backend.copyIn(pair.copy.address(), pair.original.address(), pair.copy.bytes());
    }
  }

  /** Gives the model back the weights of the last {@link #take}. */
  public void restore() {
    for (Pair pair : pairs) {
      backend.copyIn(pair.original.address(), pair.copy.address(), pair.copy.bytes());
    }
  }

  /** The copies, by the names of the arrays. */
  Map<String, Tensor> arrays() {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    pairs.forEach(pair -> arrays.put(pair.name, pair.copy));
    return arrays;
  }

  @Override
  public void close() {
    arena.close();
  }
}
