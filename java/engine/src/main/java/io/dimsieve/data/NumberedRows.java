package io.dimsieve.data;

import io.dimsieve.Progress;
import io.dimsieve.encode.EncoderBuilder;
import java.util.function.IntFunction;

/** The rows of a {@link NumberFile}, divided among the parts anew in each pass over them. */
final class NumberedRows {

  private static final int TILE = 16;

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
    return run("count", new Pass() {
      @Override
      public void field(NumberBlock block, int field) {
        values.count(field, block.columns[1 + field], block.trained, block.training);
      }

      @Override
      void take(NumberBlock block) {}
    });
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
      public void field(NumberBlock block, int field) {
        int[] numbers = block.columns[1 + field];
        for (int i = 0; ids[field] != null && i < block.rows; i++) {
          numbers[i] = ids[field][numbers[i]];
        }
      }

      @Override
      void take(NumberBlock block) {
        for (int first = 0; first < block.rows; first += TILE) {
          int count = Math.min(TILE, block.rows - first);
          for (int column = 0; column < row.length; column++) {
            int[] values = block.columns[column];
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

  private long[] run(String stage, Pass pass) {
    file.rewind();
    progress.begin(stage, total);
    new BlockPipeline<>(workers, fields, pass)
        .run(new NumberBlock(fields, capacity), new NumberBlock(fields, capacity), new NumberBlock(fields, capacity));
    progress.end(total + " rows");
    return pass.division.counts();
  }

  /** Reads blocks and divides them. */
  private abstract class Pass implements BlockPipeline.Steps<NumberBlock> {

    private final Division division = new Division(partitions);
    private long rows;
    private long reported;

    abstract void take(NumberBlock block);

    @Override
    public boolean fill(NumberBlock block) {
      if (!file.read(block)) {
        return false;
      }
      division.divide(block);
      return true;
    }

    @Override
    public void drain(NumberBlock block) {
      take(block);
      rows += block.rows;
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
