package io.dimsieve.data;

import io.dimsieve.DataException;
import io.dimsieve.Progress;
import io.dimsieve.encode.EncoderBuilder;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.util.Arrays;
import java.util.List;

/**
 * Reads sources one after the other, once, and writes their rows as labels and numbers of values (see {@link
 * EncoderBuilder#numbers}), without those that the label rule drops. Where it is known which rows train, their values are
 * counted. The first bad value of the first bad row is the error, whatever was looked at before.
 */
final class RowNumbering implements BlockPipeline.Steps<RowNumbering.Block>, AutoCloseable {

  /** Rows as they were read, and as numbers. */
  static final class Block {

    private final RowBlock text;
    private final NumberBlock numbers;
    private final int[] kept; // which of the rows read those of the block are
    private final RuntimeException[] failures; // of each field, at its failed row; after those of the fields that of filling
    private final int[] failed;
    private RowCursor cursor;
    private int read;
    private long before;

    private Block(int fields) {
      text = new RowBlock(fields);
      numbers = new NumberBlock(fields, text.capacity());
      kept = new int[text.capacity()];
      failures = new RuntimeException[fields + 1];
      failed = new int[fields + 1];
    }
  }

  static final int PROGRESS_ROWS = 1 << 16;

  private final List<RowSource> sources;
  private final Schema schema;
  private final EncoderBuilder values;
  private final RowTimes times;
  private final Division division;
  private final NumberFile file;
  private final Progress progress;
  private RowCursor cursor;
  private int input = -1;
  private long before; // rows of the source already read
  private boolean ended;
  private long rows; // of all sources, drained
  private long reported;

  /**
   * What reads sources.
   *
   * @param division of their rows; null when it is not known yet, and nothing is counted then
   */
  RowNumbering(
      List<RowSource> sources, Schema schema, EncoderBuilder values, RowTimes times, Division division, NumberFile file, Progress progress) {
    this.sources = sources;
    this.schema = schema;
    this.values = values;
    this.times = times;
    this.division = division;
    this.file = file;
    this.progress = progress;
  }

  /** Reads everything. */
  void run(Workers workers) {
    progress.begin("read", -1);
    int fields = schema.fields().size();
    new BlockPipeline<>(workers, fields, this).run(new Block(fields), new Block(fields), new Block(fields));
    progress.end(rows + " rows");
  }

  @Override
  public boolean fill(Block block) {
    Arrays.fill(block.failures, null);
    block.text.clear();
    int failure = block.failures.length - 1;
    try {
      while (!ended && !read(block)) {
        close();
      }
    } catch (RuntimeException e) {
      ended = true;
      block.failures[failure] = e;
      block.failed[failure] = block.text.rows();
    }
    block.cursor = cursor;
    block.numbers.input = input;
    block.read = block.text.rows();
    block.before = before;
    before += block.read;
    labels(block);
    return block.read > 0 || block.failures[failure] != null;
  }

  /** Reads from the source that is open, or the next one; false when it has no more rows. */
  private boolean read(Block block) {
    if (cursor == null) {
      if (input + 1 == sources.size()) {
        ended = true;
        return false;
      }
      cursor = sources.get(++input).open();
      before = 0;
    }
    return cursor.read(block.text);
  }

  private void labels(Block block) {
    RowBlock text = block.text;
    int rows = 0;
    int row = 0;
    try {
      for (; row < block.read; row++) {
        int label = schema.label().label(text.bytes(), text.start(row, 0), text.end(row, 0));
        if (label != LabelRule.DROP) {
          times.add(text.time(row));
          block.numbers.times[rows] = text.time(row);
          block.numbers.columns[0][rows] = label;
          block.kept[rows++] = row;
        }
      }
    } catch (IllegalArgumentException e) {
      ended = true;
      block.failures[block.failures.length - 1] = at(block, row, RowCursor.LABEL, e);
      block.failed[block.failures.length - 1] = row;
    }
    if (rows < block.read) {
      text.keep(block.kept, rows);
    }
    block.numbers.rows = rows;
    if (division != null) {
      division.divide(block.numbers);
    }
  }

  @Override
  public void field(Block block, int field) {
    try {
      number(block, field, 0, block.numbers.rows);
      if (division != null) {
        values.count(field, block.numbers.columns[1 + field], block.numbers.trained, block.numbers.training);
      }
    } catch (IllegalArgumentException e) {
      findFailure(block, field);
    } catch (RuntimeException e) {
      block.failures[field] = e;
      block.failed[field] = 0;
    }
  }

  private void number(Block block, int field, int row, int count) {
    RowBlock text = block.text;
    values.numbers(field, text.bytes(), text.stretches(), text.first(1 + field) + row, count, block.numbers.columns[1 + field]);
  }

  /** One row after the other, to learn which is the first that cannot be numbered. */
  private void findFailure(Block block, int field) {
    for (int row = 0; block.failures[field] == null; row++) {
      try {
        number(block, field, row, 1);
      } catch (IllegalArgumentException e) {
        block.failures[field] = at(block, block.kept[row], field, e);
        block.failed[field] = block.kept[row];
      }
    }
  }

  private static DataException at(Block block, int row, int field, IllegalArgumentException e) {
    int column = block.cursor.column(field);
    String place = block.cursor.place(block.before + row + 1);
    return new DataException(column > 0 ? place + ":" + column : place, e.getMessage(), e);
  }

  @Override
  public void drain(Block block) {
    int first = -1;
    for (int i = 0; i < block.failures.length; i++) {
      if (block.failures[i] != null && (first < 0 || block.failed[i] < block.failed[first])) {
        first = i;
      }
    }
    if (first >= 0) {
      throw block.failures[first];
    }
    file.write(block.numbers);
    rows += block.read;
  }

  @Override
  public void report() {
    if (rows - reported >= PROGRESS_ROWS) {
      reported = rows;
      progress.advance(rows, "");
    }
  }

  /** Closes the source that is open. */
  @Override
  public void close() {
    if (cursor != null) {
      RowCursor open = cursor;
      cursor = null;
      open.close();
    }
  }
}
