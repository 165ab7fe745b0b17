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
      private int line = -1;

      @Override
      public boolean next() {
        return ++line < table.size();
      }

      @Override
      public String value(int field) {
        String value = table.get(line)[1 + field];
        return value.equals("?") ? null : value;
      }

      @Override
      public String label() {
        return table.get(line)[0];
      }

      @Override
      public String place() {
        return name + ":" + (line + 1);
      }

      @Override
      public int column(int field) {
        return field + 2;
      }

      @Override
      public long order() {
        return times.isEmpty() ? 0 : times.get(line);
      }

      @Override
      public void close() {}
    };
  }
}
