package io.dimsieve.bench.kernel;

import io.dimsieve.bench.FirstAnswer;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.TwinMask;
import io.dimsieve.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.openjdk.jmh.annotations.Param;

/**
 * The parts of a step of {@link TwinMask} (AMTL). Values of a field whose rows have equally many binary digits share a class. Class 0 has attributes
 * of 0, where the twins, while their hidden biases are 0, give their last biases: the check knows these.
 */
public class TwinMaskBenchmark extends UpdateBenchmark {

  private static final int ATTRIBUTES = 4;
  private static final double TEMPERATURE = 1;
  private static final double RHO = 0.1;
  private static final double RATE = 0.01;
  private static final double DEAR = 1000; // a price at which no row keeps a column

  /** Which part. */
  public enum Part {
    CHOOSE,
    MASKS,
    GRADIENT,
    LEARN
  }

  @Param
  public Part part;

  private TwinMask.Classes classes;
  private TwinMask mask;

  @Override
  void prepare() {
    super.prepare();
    int perField = digits(rows - 1) + 1;
    int count = fields * perField;
    int[] ofRow = new int[fields * rows];
    int[] base = new int[fields + 1];
    for (int f = 0; f < fields; f++) {
      base[f + 1] = base[f] + perField;
      for (int r = 0; r < rows; r++) {
        ofRow[f * rows + r] = base[f] + digits(r);
      }
    }
    float[] attributes = random(count, ATTRIBUTES).toArray();
    Arrays.fill(attributes, 0, ATTRIBUTES, 0);
    float[] alpha = random(1, count).toArray();
    float[] share = new float[count];
    for (int c = 0; c < count; c++) {
      alpha[c] = (1 + alpha[c]) / 2;
      share[c] = 1.0f / count;
    }
    classes = new TwinMask.Classes(ofRow, base, attributes, alpha, share);
    mask = new TwinMask(
        backend, arena, table, groups, gradient, classes, new TwinMask.Shape(ATTRIBUTES, 32, 16, dimension, true),
        OptimizerSpec.adam(RATE), 1);
    mask.measure();
    if (part == Part.MASKS) {
      mask.press(DEAR);
      mask.choose();
    }
  }

  private static int digits(int row) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(row);
  }

  @Override
  void call() {
    switch (part) {
      case CHOOSE -> mask.choose();
      case MASKS -> mask.writeBatch();
      case GRADIENT -> mask.measure();
      default -> mask.learn(1, TEMPERATURE, RHO);
    }
  }

  @Override
  void check() {
    switch (part) {
      case CHOOSE -> FirstAnswer.expect("logits", mask.logits().toArray(), i -> lastBias(i % (dimension + 1)));
      case MASKS -> checkMasks();
      case GRADIENT -> checkGradient();
      default -> checkLearned();
    }
  }

  /** What every twin's output for k columns is in the beginning. */
  private double lastBias(int k) {
    double missing = (double) (dimension - k) / dimension;
    return -2 * missing * missing;
  }

  /** In the beginning every row keeps all columns; at the price of a thousand those of the batch keep none. */
  private void checkMasks() {
    Set<Integer> inBatch = new HashSet<>();
    int[] firstIds = ids();
    for (int i = 0; i < firstIds.length; i++) {
      inBatch.add(i % fields * rows + firstIds[i]);
    }
    Tensor words = mask.rowMask();
    double[] bits = new Tensor(backend, Tensor.Type.F64, words.address(), 1, words.columns()).toDoubles();
    FirstAnswer.expect(
        "columns kept", bits.length, i -> Long.bitCount(Double.doubleToRawLongBits(bits[i])), i -> inBatch.contains(i) ? 0 : dimension);
  }

  /** Σ e δê over the rows of a class. */
  private void checkGradient() {
    int[] firstIds = ids();
    float[] gradients = gradient.toArray();
    float[] values = table.values().toArray();
    double[] expected = new double[classes.count() * dimension];
    for (int i = 0; i < gradients.length; i++) {
      int entry = entry(firstIds, i);
      expected[classes.ofRow()[entry / dimension] * dimension + i % dimension] += (double) values[entry] * gradients[i];
    }
    FirstAnswer.expect("mask gradient", mask.maskGradient().toArray(), i -> expected[i]);
  }

  /** Adam's first step moves the last biases by the learning rate, against the sign of their gradient; class 0 sees only them. */
  private void checkLearned() {
    int outputs = dimension + 1;
    double[][] gradients = new double[2][outputs];
    float[] dm = mask.maskGradient().toArray();
    for (int c = 0; c < classes.count(); c++) {
      double[] change = outputGradient(dm, c);
      for (int k = 0; k < outputs; k++) {
        gradients[0][k] += classes.alpha()[c] * change[k];
        gradients[1][k] += (1 - classes.alpha()[c]) * change[k];
      }
    }
    mask.choose();
    double alpha = classes.alpha()[0];
    float[] logits = mask.logits().get(0, outputs);
    // In units of the rate: the step is small beside the outputs.
    FirstAnswer.expect("steps of the outputs", outputs, k -> (logits[k] - lastBias(k)) / RATE,
        k -> alpha * afterFirstStep(0, gradients[0][k], 1) + (1 - alpha) * afterFirstStep(0, gradients[1][k], 1));
  }

  /** δo of a class whose outputs are the last biases: t̂ ⊙ (δt − ⟨t̂, δt⟩) / T with δt_k = Σ_{j<k} dm_j + ρ w k / D. */
  private double[] outputGradient(float[] dm, int c) {
    int outputs = dimension + 1;
    double[] soft = new double[outputs];
    double[] price = new double[outputs];
    double total = 0;
    for (int k = 0; k < outputs; k++) {
      total += soft[k] = Math.exp(lastBias(k) / TEMPERATURE);
      price[k] = k == 0 ? 0 : price[k - 1] + dm[c * dimension + k - 1] + RHO * classes.share()[c] / dimension;
    }
    double mean = 0;
    for (int k = 0; k < outputs; k++) {
      mean += soft[k] / total * price[k];
    }
    double[] change = new double[outputs];
    for (int k = 0; k < outputs; k++) {
      change[k] = soft[k] / total * (price[k] - mean) / TEMPERATURE;
    }
    return change;
  }

  @Override
  public void tearDown() {
    mask.close();
    super.tearDown();
  }
}
