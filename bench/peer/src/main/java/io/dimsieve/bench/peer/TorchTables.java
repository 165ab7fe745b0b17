package io.dimsieve.bench.peer;

import static io.dimsieve.bench.peer.Workload.BATCH;
import static io.dimsieve.bench.peer.Workload.COLUMNS;
import static io.dimsieve.bench.peer.Workload.DIMENSION;
import static io.dimsieve.bench.peer.Workload.FIELDS;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The works on embedding tables alone. All tables stand below each other in one, [Σ rows, D].
 *
 * @param <T> the library's tensor
 */
final class TorchTables<T> {

  private final Torch<T> torch;
  private final Workload work;
  private final float[] values;
  private final List<T> ids;
  private final T mask;
  private final T upstream;
  private int turn;

  /** Tables with the given values. */
  TorchTables(Torch<T> torch, Workload work, float[] values) {
    this.torch = torch;
    this.work = work;
    this.values = values;
    ids = Arrays.stream(work.ids()).map(own -> torch.longs(work.globalRows(own))).toList();
    mask = torch.floats(work.mask(), COLUMNS);
    upstream = torch.floats(work.upstream(), BATCH, COLUMNS);
  }

  void measure(Stopwatch watch) {
    gather(watch, "embedding", torch::embedding);
    gather(watch, "index_select", torch::select);
    orthogonal(watch);
    backward(watch, "autograd", this::autograd);
    if (torch.hasEmbeddingGradient()) {
      backward(watch, "without autograd", this::byHand);
    }
    backwardOfRows(watch);
  }

  /** A lookup. */
  private interface Lookup<T> {
    T of(T table, T ids);
  }

  private T table() {
    return torch.floats(values, values.length / DIMENSION, DIMENSION);
  }

  private T nextIds() {
    return ids.get(turn++ % ids.size());
  }

  private void gather(Stopwatch watch, String variant, Lookup<T> lookup) {
    T table = table();
    for (boolean masked : new boolean[] {false, true}) {
      Function<T, T> step = own -> {
        T rows = torch.reshape(lookup.of(table, own), BATCH, COLUMNS);
        return masked ? torch.multiply(rows, mask) : rows;
      };
      float[] expected = Reference.gather(work, values, masked ? work.mask() : null);
      torch.scoped(() -> Check.equal("gather", torch.values(step.apply(ids.get(0))), expected));
      watch.time(work.name(masked ? "masked gather" : "gather"), variant, BATCH, () -> torch.scoped(() -> {
        step.apply(nextIds());
      }));
    }
  }

  private void orthogonal(Stopwatch watch) {
    T tables = torch.floats(values, FIELDS, work.tableRows(), DIMENSION);
    float[] unit = new float[DIMENSION * DIMENSION];
    for (int j = 0; j < DIMENSION; j++) {
      unit[j * DIMENSION + j] = 1;
    }
    T identity = torch.floats(unit, DIMENSION, DIMENSION);
    Reference.Orthogonality expected = Reference.orthogonality(work, values);
    Function<T, T> off = e -> torch.subtract(torch.batchProduct(torch.transposed(e), e), identity);
    watch.time(work.name("orthogonal matrices"), "bmm", BATCH, () -> torch.scoped(() -> {
      T matrices = off.apply(tables);
      torch.sum(torch.multiply(matrices, matrices));
      torch.multiply(matrices, 4);
    }));
    Supplier<T> backward = () -> {
      T leaf = torch.leaf(tables);
      T matrices = off.apply(leaf);
      T penalty = torch.sum(torch.multiply(matrices, matrices));
      torch.backward(penalty, null);
      Check.near("penalty", torch.values(penalty)[0], expected.penalty(), 1e-4 * expected.penalty());
      return torch.gradient(leaf);
    };
    torch.scoped(() -> Check.near("gradient of the penalty", torch.values(backward.get()), expected.gradient(), 1e-4));
    watch.time(work.name("orthogonal"), "bmm, autograd", BATCH, () -> torch.scoped(() -> {
      backward.get();
    }));
  }

  /** Gradients of the table and the mask. */
  private interface Gradients<T> {
    List<T> of(T table, T ids);
  }

  private List<T> autograd(T table, T own) {
    T rows = torch.leaf(table);
    T columns = torch.leaf(mask);
    torch.backward(torch.multiply(torch.reshape(torch.embedding(rows, own), BATCH, COLUMNS), columns), upstream);
    return List.of(torch.gradient(rows), torch.gradient(columns));
  }

  private List<T> byHand(T table, T own) {
    T gathered = torch.reshape(torch.embedding(table, own), BATCH, COLUMNS);
    torch.multiply(gathered, mask);
    T masked = torch.reshape(torch.multiply(upstream, mask), -1, DIMENSION);
    return List.of(
        torch.embeddingGradient(masked, own, values.length / DIMENSION), torch.sum(torch.multiply(upstream, gathered), 0));
  }

  /** Dense gradients, then with a dense Adam of the table. */
  private void backward(Stopwatch watch, String variant, Gradients<T> gradients) {
    T table = table();
    Reference.Gradients expected = Reference.gradients(work, values);
    torch.scoped(() -> {
      List<T> got = gradients.of(table, ids.get(0));
      Check.near("row gradients", torch.values(got.get(0)), expected.rows(), 1e-5);
      Check.near("mask gradient", torch.values(got.get(1)), expected.mask(), 1e-4);
    });
    watch.time(work.name("gradients"), variant, BATCH, () -> torch.scoped(() -> {
      gradients.of(table, nextIds());
    }));
    Consumer<List<T>> adam = torch.adam(List.of(table), Workload.RATE);
    Consumer<T> step = own -> torch.scoped(() -> adam.accept(List.of(gradients.of(table, own).get(0))));
    step.accept(ids.get(0));
    Check.near("table after Adam", torch.values(table), Reference.afterAdam(values, expected.rows()), 5e-8);
    watch.time(work.name("backward"), variant + ", dense Adam", BATCH, () -> step.accept(nextIds()));
  }

  /** Gradients of the batch's rows alone, then with their Adam. */
  private void backwardOfRows(Stopwatch watch) {
    T table = table();
    LazyAdam<T> adam = new LazyAdam<>(torch, table, values.length / DIMENSION, DIMENSION);
    Function<T, Runnable> gradients = own -> {
      Torch.Unique<T> touched = torch.unique(own);
      T rows = adam.leaf(touched.values());
      T masked = torch.multiply(torch.reshape(torch.embedding(rows, touched.inverse()), BATCH, COLUMNS), torch.leaf(mask));
      torch.backward(masked, upstream);
      return () -> adam.step(touched.values(), rows);
    };
    Consumer<T> step = own -> torch.scoped(() -> gradients.apply(own).run());
    step.accept(ids.get(0));
    double[] expected = Reference.afterAdam(values, Reference.gradients(work, values).rows());
    Check.near("table after Adam", torch.values(table), expected, 5e-8);
    watch.time(work.name("gradients"), "of the batch's rows", BATCH, () -> torch.scoped(() -> {
      gradients.apply(nextIds());
    }));
    watch.time(work.name("backward"), "Adam of the batch's rows", BATCH, () -> step.accept(nextIds()));
  }
}
