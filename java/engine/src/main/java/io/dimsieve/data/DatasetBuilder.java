package io.dimsieve.data;

import io.dimsieve.DataException;
import io.dimsieve.Progress;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns raw rows into a dataset file, in passes that keep only vocabularies and buffers in memory: times (for a split by order),
 * count (vocabularies of the training rows, rows of each part), encode.
 */
public final class DatasetBuilder {

  private static final int PROGRESS_ROWS = 1 << 16;

  /** What a pass does with a row; {@code label} is 0 or 1. */
  @FunctionalInterface
  private interface RowVisitor {
    void visit(RowCursor row, int label, Part part);
  }

  /** A source and how its rows are divided, decided anew in each pass. */
  private record Input(RowSource source, Split split, Part fixed, RowTimes times) {

    Split.Partition partition() {
      return fixed != null ? order -> fixed : split.partition(times);
    }
  }

  private final List<Input> inputs;
  private final Schema schema;
  private final Progress progress;

  private DatasetBuilder(List<Input> inputs, Schema schema, Progress progress) {
    this.inputs = inputs;
    this.schema = schema;
    this.progress = progress;
  }

  /**
   * Builds a dataset from one source.
   *
   * @throws DataException for a bad row, with file:line:column
   * @throws io.dimsieve.ConfigurationException when the output cannot be written; an older file is left as it was
   */
  public static Dataset build(RowSource rows, Schema schema, Split split, Path out, Progress progress) {
    RowTimes times = new RowTimes();
    if (split.needsTimes()) {
      Input all = new Input(rows, null, Part.TRAIN, null);
      new DatasetBuilder(List.of(all), schema, progress).pass("order", (row, label, part) -> times.add(row.order()));
    }
    Input input = new Input(rows, split, null, times);
    return new DatasetBuilder(List.of(input), schema, progress).build(out, rows.name(), split.note());
  }

  /** Builds a dataset whose parts come from sources of their own; the one of {@link Part#TRAIN} must be there. */
  public static Dataset build(Map<Part, RowSource> parts, Schema schema, Path out, Progress progress) {
    List<Input> inputs = new ArrayList<>();
    List<String> names = new ArrayList<>();
    new TreeMap<>(parts).forEach((part, source) -> {
      inputs.add(new Input(source, null, part, null));
      names.add(source.name());
    });
    return new DatasetBuilder(inputs, schema, progress).build(out, String.join(", ", names), "given");
  }

  private Dataset build(Path out, String source, String split) {
    EncoderBuilder counter = new EncoderBuilder(schema);
    long[] rows = new long[Part.values().length];
    int fields = schema.fields().size();
    pass("count", (row, label, part) -> {
      rows[part.ordinal()]++;
      for (int field = 0; part == Part.TRAIN && field < fields; field++) {
        try {
          counter.count(field, row.value(field));
        } catch (IllegalArgumentException e) {
          throw at(row, field, e);
        }
      }
    });
    if (rows[Part.TRAIN.ordinal()] == 0) {
      throw new DataException(source, "has no row to train on", null);
    }
    Encoder encoder = counter.build();
    try (DatasetWriter writer = new DatasetWriter(out, encoder, rows, source, split)) {
      encode(encoder, writer, source);
      writer.commit();
    }
    return Dataset.open(out);
  }

  private void encode(Encoder encoder, DatasetWriter writer, String source) {
    int[] ids = new int[1 + encoder.fields()];
    pass("encode", (row, label, part) -> {
      ids[0] = label;
      for (int field = 0; field < encoder.fields(); field++) {
        try {
          ids[1 + field] = encoder.encode(field, row.value(field));
        } catch (IllegalArgumentException e) {
          throw at(row, field, e);
        }
      }
      if (writer.isFull(part)) {
        throw new DataException(source, "has more rows than a moment ago; it must not change while it is read", null);
      }
      writer.append(part, ids);
    });
    for (Part part : Part.values()) {
      if (!writer.isFull(part)) {
        throw new DataException(source, "has fewer rows than a moment ago; it must not change while it is read", null);
      }
    }
  }

  private void pass(String stage, RowVisitor visitor) {
    progress.begin(stage, -1);
    long rows = 0;
    for (Input input : inputs) {
      Split.Partition partition = input.partition();
      try (RowCursor row = input.source().open()) {
        while (row.next()) {
          int label = label(row);
          if (label >= 0) {
            visitor.visit(row, label, partition.next(row.order()));
          }
          if (++rows % PROGRESS_ROWS == 0) {
            progress.advance(rows, "");
          }
        }
      }
    }
    progress.end(rows + " rows");
  }

  private int label(RowCursor row) {
    try {
      return schema.label().label(row.label());
    } catch (IllegalArgumentException e) {
      throw at(row, RowCursor.LABEL, e);
    }
  }

  private static DataException at(RowCursor row, int field, IllegalArgumentException e) {
    int column = row.column(field);
    return new DataException(column > 0 ? row.place() + ":" + column : row.place(), e.getMessage(), e);
  }
}
