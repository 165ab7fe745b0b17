package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.IdCounts;
import io.dimsieve.data.Part;
import io.dimsieve.model.CtrModel;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.RowMasks;
import java.util.Arrays;
import java.util.List;

/**
 * Rows × columns × precision: how many dimensions each band of frequency of each field gets, stored in bytes. Takes from single-shot saliency that one
 * look at a trained model suffices, from AMTL that frequent values deserve longer vectors, from frequency thresholds that the rarest need none, and spends
 * the budget where a byte saves most loss ({@link BandSaliency}), stored as quantized numbers.
 *
 * <p>Every band keeps a prefix of the columns: which columns does not matter to a model that is retrained, and prefixes overlap, as inner products
 * need. Settings: {@code precision} f32, f16 or i8; {@code part} to measure on, train or validation; {@code bands} at most per field; {@code batch}.
 */
public final class Combined implements SearchMethod {

  @Override
  public String name() {
    return "combined";
  }

  @Override
  public String summary() {
    return "rows × columns × precision: dimensions per band of frequency by saliency per byte, quantized";
  }

  @Override
  public List<DimensionPlan> search(SearchTask task) {
    task.allow("precision", "part", "bands", "batch");
    Precision precision = Precision.of(task.setting("precision", "i8"));
    Part part = task.flag("part", "train", "validation") ? Part.VALIDATION : Part.TRAIN;
    int most = (int) task.number("bands", 24, 1, 1000);
    int batch = (int) task.number("batch", 4096, 1, 1 << 24);
    if (task.dimension() > RowMasks.MAX_DIMENSION) {
      throw new ConfigurationException("combined sizes single rows, which needs a dimension of at most " + RowMasks.MAX_DIMENSION);
    }
    FrequencyBands bands = new FrequencyBands(IdCounts.of(task.dataset(), Part.TRAIN), most);
    try (CtrModel model = task.trainedModel(batch)) {
      double[][][] gains = gains(BandSaliency.of(task, model, bands, part, batch), bands, task);
      List<DimensionPlan> plans =
          task.budgets().stream().map(budget -> task.plan(this, budget, fitting(task, bands, gains, precision, budget))).toList();
      plans.forEach(plan -> task.listener().found(plan, model));
      return plans;
    }
  }

  /** Gain per byte of the k-th dimension of each band, made to fall with k: a dimension is worth no less than those after it. */
  private static double[][][] gains(BandSaliency saliency, FrequencyBands bands, SearchTask task) {
    double[][][] gains = new double[task.uniform().fields()][][];
    for (int f = 0; f < gains.length; f++) {
      gains[f] = new double[bands.bands(f)][task.dimension()];
      for (int b = 0; b < gains[f].length; b++) {
        double[] own = gains[f][b];
        for (int k = own.length - 1; k >= 0; k--) {
          double density = saliency.gain(f, b, k) / bands.rows(f, b);
          own[k] = k == own.length - 1 ? density : Math.max(density, own[k + 1]);
        }
      }
    }
    return gains;
  }

  /** The layout of the lowest price per byte that fits the budget. */
  private static EmbeddingLayout fitting(SearchTask task, FrequencyBands bands, double[][][] gains, Precision precision, Budget budget) {
    double[] prices = Arrays.stream(gains).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).distinct().sorted().toArray();
    long limit = budget.limit(task.uniform());
    int refused = -1;
    int fits = prices.length;
    while (fits - refused > 1) {
      int middle = (refused + fits) >>> 1;
      if (budget.cost(layout(task, bands, gains, prices[middle], precision)) <= limit) {
        fits = middle;
      } else {
        refused = middle;
      }
    }
    EmbeddingLayout layout = layout(task, bands, gains, fits == prices.length ? Double.POSITIVE_INFINITY : prices[fits], precision);
    if (budget.cost(layout) > limit) {
      throw new ConfigurationException("the budget, " + budget + " or " + limit + ", does not even hold tables without columns");
    }
    return layout;
  }

  /** Every band keeps the dimensions whose gain per byte is at least the price. */
  private static EmbeddingLayout layout(SearchTask task, FrequencyBands bands, double[][][] gains, double price, Precision precision) {
    EmbeddingLayout uniform = task.uniform();
    long[][] masks = new long[uniform.fields()][];
    for (int f = 0; f < masks.length; f++) {
      masks[f] = new long[uniform.rows(f)];
      for (int b = 0; b < bands.bands(f); b++) {
        long keeps = 0;
        for (int k = 0; k < uniform.dimension() && gains[f][b][k] >= price; k++) {
          keeps |= 1L << k;
        }
        Arrays.fill(masks[f], bands.first(f, b), bands.end(f, b), keeps);
      }
    }
    return uniform.withRowMasks(new RowMasks(masks)).withPrecision(precision);
  }
}
