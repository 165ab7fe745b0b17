package io.dimsieve.bench.peer;

/**
 * Adam of only those rows of a table that a batch holds, as torch.optim.SparseAdam does it, in operations that every library has.
 *
 * @param <T> the library's tensor
 */
final class LazyAdam<T> {

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;

  private final Torch<T> torch;
  private final T table;
  private final T first;
  private final T second;
  private int steps;

  LazyAdam(Torch<T> torch, T table, long rows, long columns) {
    this.torch = torch;
    this.table = table;
    first = torch.floats(new float[(int) (rows * columns)], rows, columns);
    second = torch.floats(new float[(int) (rows * columns)], rows, columns);
  }

  /** The rows as a leaf. */
  T leaf(T ids) {
    return torch.leaf(torch.select(table, ids));
  }

  /** Updates the rows that {@link #leaf} gave, whose gradient is there. */
  void step(T ids, T leaf) {
    steps++;
    T gradient = torch.gradient(leaf);
    T mean = mixed(torch.select(first, ids), gradient, BETA1);
    T square = mixed(torch.select(second, ids), torch.multiply(gradient, gradient), BETA2);
    T root = torch.add(torch.multiply(torch.squareRoot(square), 1 / Math.sqrt(1 - Math.pow(BETA2, steps))), 1e-8);
    T move = torch.divide(torch.multiply(mean, Workload.RATE / (1 - Math.pow(BETA1, steps))), root);
    torch.put(first, ids, mean);
    torch.put(second, ids, square);
    torch.put(table, ids, torch.subtract(torch.select(table, ids), move));
  }

  private T mixed(T old, T added, double beta) {
    return torch.add(torch.multiply(old, beta), torch.multiply(added, 1 - beta));
  }
}
