package io.dimsieve.data;

import io.dimsieve.ConfigurationException;
import io.dimsieve.Progress;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import io.dimsieve.encode.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Clicks from a known factorization machine, to see whether a search finds the dimensions that are really needed. Field f has n_f
 * values and a planted dimension k_f; the latent vector of each value in R^D is zero outside the k_f coordinates of its field.
 *
 * <pre>
 * logit = bias + scale · Σ_{i&lt;j} ⟨v_i, v_j⟩ + Σ_f w_f        label ~ Bernoulli(σ(logit))
 * </pre>
 *
 * v has unit variance on its coordinates, w deviation 0.1 (both uniform); scale gives the interactions deviation 2 and bias a
 * mean logit of −1.2, both measured on 8192 rows. Ids follow Zipf's law: P(id) = ln(1 + 1/id) / ln(n + 1).
 *
 * <p>Why k_f and no less: the interactions of field f with the rest are a matrix (values of f) × (values of the others) of rank
 * k_f, as n_f &gt; k_f and every coordinate is used by another field too; a factorization machine that gives f fewer dimensions
 * cannot equal it.
 */
public final class SyntheticRows implements RowSource {

  private static final long ROWS_STREAM = 0x5DEECE66DL;
  private static final int PROGRESS_ROWS = 1 << 16;

  private final long seed;
  private final long rows;
  private final int[] cardinalities;
  private final int[] dimensions;
  private final SyntheticModel model;

  /**
   * A source of rows; equal arguments give equal rows.
   *
   * @param rows number of rows
   * @param base D, the number of coordinates
   * @param cardinalities n_f, at least 1
   * @param dimensions k_f, 0 to min(D, n_f − 1); their sum is at least 2D, so that each coordinate is shared
   */
  public SyntheticRows(long seed, long rows, int base, int[] cardinalities, int[] dimensions) {
    this.seed = seed;
    this.rows = rows;
    this.cardinalities = cardinalities.clone();
    this.dimensions = dimensions.clone();
    if (rows < 1 || base < 1 || cardinalities.length == 0 || cardinalities.length != dimensions.length) {
      throw new ConfigurationException("synthetic rows need a row, a coordinate, and as many cardinalities as dimensions; got "
          + rows + ", " + base + ", " + cardinalities.length + " and " + dimensions.length);
    }
    long planted = 0;
    for (int f = 0; f < dimensions.length; f++) {
      if (dimensions[f] < 0 || dimensions[f] > Math.min(base, cardinalities[f] - 1)) {
        throw new ConfigurationException("synthetic field " + f + ": dimension " + dimensions[f] + " is not in 0 to min("
            + base + ", " + cardinalities[f] + " - 1)");
      }
      planted += dimensions[f];
    }
    if (planted < 2L * base) {
      throw new ConfigurationException("synthetic dimensions sum to " + planted + "; " + 2 * base
          + " are needed for every coordinate to be shared by two fields");
    }
    model = new SyntheticModel(seed, base, cardinalities, this.dimensions);
  }

  /** Rows of 39 fields shaped like Criteo's (13 numeric buckets, 26 categories), D = 16. */
  public static SyntheticRows criteoShaped(long seed, long rows) {
    return new SyntheticRows(seed, rows, CriteoShape.BASE, CriteoShape.cardinalities(), CriteoShape.dimensions());
  }

  /**
   * Fields {@code f00}, {@code f01}, …: categorical, every value of the training rows kept; the label column is {@code label}.
   */
  public Schema schema() {
    List<Field> fields = new ArrayList<>();
    for (int f = 0; f < cardinalities.length; f++) {
      fields.add(Field.categorical(String.format("f%02d", f), 1));
    }
    return new Schema(LabelRule.binary("label"), fields);
  }

  /** The planted dimension k_f of each field. */
  public int[] dimensions() {
    return dimensions.clone();
  }

  /** Number of rows. */
  public long rows() {
    return rows;
  }

  @Override
  public String name() {
    return "synthetic rows, seed " + seed;
  }

  @Override
  public RowCursor open() {
    return new Cursor();
  }

  /**
   * Writes a dataset without the detour over text. The vocabulary of a field is all its values "1" to "n_f", in this order,
   * whether they occur or not.
   */
  public Dataset write(Path out, Split split, Progress progress) {
    RowTimes times = new RowTimes();
    for (long row = 0; row < rows; row++) {
      times.add(0);
    }
    long[] counts = new long[Part.values().length];
    Split.Partition counting = split.partition(times);
    for (long row = 0; row < rows; row++) {
      counts[counting.next(0).ordinal()]++;
    }
    progress.begin("generate", rows);
    Encoder encoder = encoder();
    try (DatasetWriter writer = new DatasetWriter(out, encoder, counts, name(), split.note())) {
      Split.Partition partition = split.partition(times);
      SplittableRandom random = random();
      int[] row = new int[1 + cardinalities.length];
      for (long done = 0; done < rows; done++) {
        model.draw(random, row);
        writer.append(partition.next(0), row);
        if (done % PROGRESS_ROWS == 0) {
          progress.advance(done, "");
        }
      }
      writer.commit();
    }
    progress.end(rows + " rows");
    return Dataset.written(out, encoder);
  }

  private Encoder encoder() {
    List<Vocabulary> vocabularies = new ArrayList<>();
    for (int cardinality : cardinalities) {
      ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
      long[] offsets = new long[1 + cardinality];
      for (int id = 1; id <= cardinality; id++) {
        utf8.writeBytes(Integer.toString(id).getBytes(StandardCharsets.US_ASCII));
        offsets[id] = utf8.size();
      }
      vocabularies.add(Vocabulary.of(utf8.toByteArray(), offsets));
    }
    return Encoder.of(schema(), vocabularies);
  }

  private SplittableRandom random() {
    return new SplittableRandom(seed ^ ROWS_STREAM);
  }

  /** Draws the rows one after another; the text of an id is its number. */
  private final class Cursor implements RowCursor {

    private final SplittableRandom random = random();
    private final int[] row = new int[1 + cardinalities.length];
    private long drawn;

    @Override
    public boolean read(RowBlock block) {
      block.clear();
      for (; !block.isFull() && drawn < rows; drawn++) {
        model.draw(random, row);
        for (int value : row) {
          block.add(Integer.toString(value));
        }
        block.endRow();
      }
      return block.rows() > 0;
    }

    @Override
    public String place(long number) {
      return name() + ":" + number;
    }

    @Override
    public void close() {}
  }
}
