package io.dimsieve.data;

import io.dimsieve.Progress;
import io.dimsieve.encode.EncoderBuilder;
import java.util.function.IntFunction;

/** The rows of a {@link NumberFile}, divided among the parts anew in each pass over them. */
final class NumberedRows {

  private static final int TILE = 16;

  /** Rows and where they go. */
  private static final class Block {

    private final NumberBlock numbers;
    private final Part[] parts;
    private final int[] trained; // rows of the training part
    private int training;

    private Block(int fields, int capacity) {
      numbers = new NumberBlock(fields, capacity);
      parts = new Part[capacity];
      trained = new int[capacity];
    }
  }

  private final NumberFile file;
  private final IntFunction<Split.Partition> partitions;
  private final int fields;
  private final int capacity;
  private final long total;
  private final Workers workers;
  private final Progress progress;

  /**
   * All rows of a file.
   *
   * @param partitions begins to divide the rows of an input
   * @param capacity most rows of a block
   */
  NumberedRows(
      NumberFile file, IntFunction<Split.Partition> partitions, int fields, int capacity, long total, Workers workers, Progress progress) {
    this.file = file;
    this.partitions = partitions;
    this.fields = fields;
    this.capacity = capacity;
    this.total = total;
    this.workers = workers;
    this.progress = progress;
  }

  /** Counts the values of the training rows; the number of rows of each part. */
  long[] count(EncoderBuilder values) {
    long[] rows = new long[Part.values().length];
    run("count", new Pass() {
      @Override
      public void field(Block block, int field) {
        values.count(field, block.numbers.columns[1 + field], block.trained, block.training);
      }

      @Override
      void take(Block block) {
        for (int i = 0; i < block.numbers.rows; i++) {
          rows[block.parts[i].ordinal()]++;
        }
      }
    });
    return rows;
  }

  /**
   * Writes all rows.
   *
   * @param ids of each field the id of each number, null where numbers are ids
   */
  void write(int[][] ids, DatasetWriter writer) {
    int[] row = new int[1 + fields];
    int[] tile = new int[TILE * row.length]; // few rows at a time, so that reading a column touches few pages
    run("encode", new Pass() {
      @Override
      public void field(Block block, int field) {
        int[] numbers = block.numbers.columns[1 + field];
        for (int i = 0; ids[field] != null && i < block.numbers.rows; i++) {
          numbers[i] = ids[field][numbers[i]];
        }
      }

      @Override
      void take(Block block) {
        for (int first = 0; first < block.numbers.rows; first += TILE) {
          int count = Math.min(TILE, block.numbers.rows - first);
          for (int column = 0; column < row.length; column++) {
            int[] values = block.numbers.columns[column];
            for (int i = 0; i < count; i++) {
              tile[i * row.length + column] = values[first + i];
            }
          }
          for (int i = 0; i < count; i++) {
            System.arraycopy(tile, i * row.length, row, 0, row.length);
            writer.append(block.parts[first + i], row);
          }
        }
      }
    });
  }

  private void run(String stage, Pass pass) {
    file.rewind();
    progress.begin(stage, total);
    new BlockPipeline<>(workers, fields, pass).run(new Block(fields, capacity), new Block(fields, capacity), new Block(fields, capacity));
    progress.end(total + " rows");
  }

  /** Reads blocks and divides them. */
  private abstract class Pass implements BlockPipeline.Steps<Block> {

    private int input = -1;
    private Split.Partition partition;
    private long rows;
    private long reported;

    abstract void take(Block block);

    @Override
    public boolean fill(Block block) {
      if (!file.read(block.numbers)) {
        return false;
      }
      if (block.numbers.input != input) {
        input = block.numbers.input;
        partition = partitions.apply(input);
      }
      block.training = 0;
      for (int i = 0; i < block.numbers.rows; i++) {
        block.parts[i] = partition.next(block.numbers.times[i]);
        if (block.parts[i] == Part.TRAIN) {
          block.trained[block.training++] = i;
        }
      }
      return true;
    }

    @Override
    public void drain(Block block) {
      take(block);
      rows += block.numbers.rows;
    }

    @Override
    public void report() {
      if (rows - reported >= RowNumbering.PROGRESS_ROWS) {
        reported = rows;
        progress.advance(rows, "");
      }
    }
  }
}
