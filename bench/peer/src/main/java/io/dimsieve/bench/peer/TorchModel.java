package io.dimsieve.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * An FM or a DeepFM in operations of libtorch, with its optimizer: logit = w₀ + Σ_f w + ½ Σ_d ((Σ_f e)² − Σ_f e²) (+ MLP), its mean
 * binary cross-entropy, Adam.
 *
 * @param <T> the library's tensor
 */
final class TorchModel<T> {

  private static final int TABLES = 2; // the first two parameters are tables with a row per value

  private final Torch<T> torch;
  private final Weights weights;
  private final double dropout;
  private final List<T> parameters = new ArrayList<>();
  private final List<LazyAdam<T>> lazy = new ArrayList<>();
  private final Consumer<List<T>> dense;

  /**
   * A model with weights of its own.
   *
   * @param lazily whether the tables' rows that a batch does not hold stay as they are
   */
  TorchModel(Torch<T> torch, Weights weights, double dropout, boolean lazily) {
    this.torch = torch;
    this.weights = weights;
    this.dropout = dropout;
    long rows = weights.array("linear.weight").length;
    parameters.add(torch.floats(weights.array("linear.weight"), rows, 1));
    parameters.add(torch.floats(weights.array("embedding"), rows, weights.dimension()));
    parameters.add(torch.floats(weights.array("linear.bias"), 1));
    for (int k = 0; weights.array("mlp." + k + ".weight") != null; k++) {
      float[] bias = weights.array("mlp." + k + ".bias");
      float[] weight = weights.array("mlp." + k + ".weight");
      parameters.add(torch.floats(weight, weight.length / bias.length, bias.length));
      parameters.add(torch.floats(bias, bias.length));
    }
    if (lazily) {
      lazy.add(new LazyAdam<>(torch, parameters.get(0), rows, 1));
      lazy.add(new LazyAdam<>(torch, parameters.get(1), rows, weights.dimension()));
    }
    dense = torch.adam(parameters.subList(lazy.size(), parameters.size()), Workload.RATE);
  }

  /**
   * One step.
   *
   * @param ids [batch · fields] rows of all tables below each other
   * @param labels [batch]
   * @return mean loss before the update
   */
  float step(T ids, T labels) {
    return torch.scoped(() -> {
      Torch.Unique<T> touched = lazy.isEmpty() ? null : torch.unique(ids);
      List<T> leaves = new ArrayList<>();
      lazy.forEach(adam -> leaves.add(adam.leaf(touched.values())));
      parameters.subList(leaves.size(), parameters.size()).forEach(parameter -> leaves.add(torch.leaf(parameter)));
      T loss = torch.bce(logits(leaves, touched == null ? ids : touched.inverse(), dropout), labels);
      torch.backward(loss, null);
      for (int i = 0; i < lazy.size(); i++) {
        lazy.get(i).step(touched.values(), leaves.get(i));
      }
      dense.accept(leaves.subList(lazy.size(), leaves.size()).stream().map(torch::gradient).toList());
      return torch.values(loss)[0];
    });
  }

  /** Logits of rows, without dropout. */
  float[] score(T ids) {
    return torch.scoped(() -> torch.values(logits(parameters, ids, 0)));
  }

  private T logits(List<T> from, T ids, double dropped) {
    int fields = weights.fields();
    T e = torch.reshape(torch.embedding(from.get(1), ids), -1, fields, weights.dimension());
    T first = torch.add(torch.sum(torch.reshape(torch.embedding(from.get(0), ids), -1, fields), 1), from.get(TABLES));
    T sums = torch.sum(e, 1);
    T pairs = torch.sum(torch.subtract(torch.multiply(sums, sums), torch.sum(torch.multiply(e, e), 1)), 1);
    T logits = torch.add(first, torch.multiply(pairs, 0.5));
    return weights.hidden().length == 0 ? logits : torch.add(logits, perceptron(from, e, dropped));
  }

  private T perceptron(List<T> from, T e, double dropped) {
    int layers = weights.hidden().length;
    T x = torch.reshape(e, -1, (long) weights.fields() * weights.dimension());
    for (int k = 0; k <= layers; k++) {
      x = torch.linear(x, from.get(TABLES + 1 + 2 * k), from.get(TABLES + 2 + 2 * k));
      x = k < layers ? torch.relu(x) : torch.reshape(x, -1);
      x = k < layers && dropped > 0 ? torch.dropout(x, dropped) : x;
    }
    return x;
  }
}
