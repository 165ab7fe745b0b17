package io.dimsieve.data;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.Progress;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.Schema;
import io.dimsieve.encode.Vocabulary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Turns raw rows into a dataset file. The source is read once, into a temporary file of numbers beside the output ({@link
 * RowNumbering}); values are counted (those of the training rows), and numbers become ids, the most frequent value first ({@link
 * NumberedRows}). Memory holds the distinct values and a few blocks of rows, the temporary file 12 + 4F bytes a row
 * of F fields. The bytes do not depend on the number of threads.
 */
public final class DatasetBuilder {

  private final Schema schema;
  private final int threads;
  private final Progress progress;

  /**
   * What builds datasets of a schema.
   *
   * @param threads at least 1; also the caller's
   */
  public DatasetBuilder(Schema schema, int threads, Progress progress) {
    if (threads < 1) {
      throw new ConfigurationException("threads is " + threads + ", must be at least 1");
    }
    this.schema = schema;
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * Builds a dataset from one source.
   *
   * @throws DataException for a bad row, with file:line:column
   * @throws ConfigurationException when the output cannot be written; an older file is left as it was
   */
  public Dataset build(RowSource rows, Split split, Path out) {
    RowTimes times = new RowTimes();
    return build(List.of(rows), times, input -> split.partition(times), split.needsTimes(), out, split.note());
  }

  /** Builds a dataset whose parts come from sources of their own; the one of {@link Part#TRAIN} must be there. */
  public Dataset build(Map<Part, RowSource> parts, Path out) {
    TreeMap<Part, RowSource> sorted = new TreeMap<>(parts);
    List<Part> order = List.copyOf(sorted.keySet());
    return build(List.copyOf(sorted.values()), new RowTimes(), input -> time -> order.get(input), false, out, "given");
  }

  private Dataset build(
      List<RowSource> sources, RowTimes times, IntFunction<Split.Partition> partitions, boolean needsTimes, Path out, String split) {
    int fields = schema.fields().size();
    int capacity = new RowBlock(fields).capacity();
    String source = String.join(", ", sources.stream().map(RowSource::name).toList());
    try (NumberFile file = NumberFile.beside(out, fields, capacity); Workers workers = new Workers(threads)) {
      EncoderBuilder values = new EncoderBuilder(schema);
      Division division = needsTimes ? null : new Division(partitions);
      try (RowNumbering reading = new RowNumbering(sources, schema, values, times, division, file, progress)) {
        reading.run(workers);
      }
      NumberedRows rows = new NumberedRows(file, partitions, fields, capacity, times.rows(), workers, progress);
      long[] counts = division == null ? rows.count(values) : division.counts();
      if (counts[Part.TRAIN.ordinal()] == 0) {
        throw new DataException(source, "has no row to train on", null);
      }
      Vocabulary[] vocabularies = new Vocabulary[fields];
      int[][] ids = new int[fields][];
      workers.run(fields, f -> {
        vocabularies[f] = values.vocabulary(f);
        ids[f] = values.ids(f);
      });
      Encoder encoder = Encoder.of(schema, Arrays.asList(vocabularies));
      try (DatasetWriter writer = new DatasetWriter(out, encoder, counts, source, split)) {
        rows.write(ids, writer);
        writer.commit();
      }
      return Dataset.written(out, encoder);
    }
  }
}
