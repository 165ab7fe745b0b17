package io.dimsieve.autograd;

import io.dimsieve.op.Weights;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.EmbeddingTable;
import io.dimsieve.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Initial values, a function of (seed, name of the array) alone, so that adding an array to a model does not change the others.
 *
 * <p>A compacted table starts with what its columns had in the uniform one: the numbers are drawn for all D base columns and the removed ones are
 * left out.
 */
public final class Initializer {

  private static final int PIECE = 1 << 20;

  private final long seed;

  public Initializer(long seed) {
    this.seed = seed;
  }

  private SplittableRandom random(String name) {
    CRC32 hash = new CRC32();
    hash.update(name.getBytes(StandardCharsets.UTF_8));
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + hash.getValue());
  }

  /** Normal(0, deviation) for every entry of every table. */
  public void normal(String name, EmbeddingTable table, double deviation) {
    EmbeddingLayout layout = table.layout();
    for (int f = 0; f < layout.fields(); f++) {
      SplittableRandom random = random(name + "." + f);
      int[] kept = layout.kept(f);
      if (kept.length == 0) {
        continue;
      }
      int rowsPerPiece = Math.max(1, PIECE / kept.length);
      for (int first = 0; first < layout.rows(f); first += rowsPerPiece) {
        int rows = Math.min(rowsPerPiece, layout.rows(f) - first);
        float[] values = new float[rows * kept.length];
        for (int r = 0; r < rows; r++) {
          for (int j = 0, k = 0; j < layout.dimension(); j++) {
            double drawn = random.nextGaussian();
            if (k < kept.length && kept[k] == j) {
              values[r * kept.length + k++] = (float) (deviation * drawn);
            }
          }
        }
        table.values().set(table.base(f) + (long) first * kept.length, values);
      }
    }
  }

  /** Glorot & Bengio 2010: uniform within ±sqrt(6 / (in + out)) for a weight [in, out]. */
  public void glorotUniform(Weights weights) {
    double bound = Math.sqrt(6.0 / (weights.value().rows() + weights.value().columns()));
    SplittableRandom random = random(weights.name());
    float[] values = new float[Math.toIntExact(weights.value().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    weights.value().set(0, values);
  }

  /** The same value everywhere. */
  public static void constant(Tensor tensor, float value) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    java.util.Arrays.fill(values, value);
    tensor.set(0, values);
  }
}
