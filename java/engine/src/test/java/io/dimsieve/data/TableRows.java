package io.dimsieve.data;

import java.util.Arrays;
import java.util.List;

/** Rows for tests: label first, then the fields; null is missing. */
record TableRows(String name, List<String[]> table, List<Long> times) implements RowSource {

  static TableRows of(String... lines) {
    return new TableRows("table.csv", Arrays.stream(lines).map(line -> line.split(",", -1)).toList(), List.of());
  }

  @Override
  public RowCursor open() {
    return new RowCursor() {
      private int row;

      @Override
      public boolean read(RowBlock block) {
        block.clear();
        for (; !block.isFull() && row < table.size(); row++) {
          for (String value : table.get(row)) {
            block.add(value.equals("?") ? null : value);
          }
          block.endRow(times.isEmpty() ? 0 : times.get(row));
        }
        return block.rows() > 0;
      }

      @Override
      public String place(long number) {
        return name + ":" + number;
      }

      @Override
      public int column(int field) {
        return field + 2;
      }

      @Override
      public void close() {}
    };
  }
}
