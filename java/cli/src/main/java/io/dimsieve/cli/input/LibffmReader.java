package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * libffm: {@code label field:index:1 ...}, fields numbered from 0 or more; the first line decides how many there are. A field that a line leaves out is
 * missing there. Weights other than 1 are refused.
 */
public final class LibffmReader implements InputFormat {

  @Override
  public String name() {
    return "libffm";
  }

  @Override
  public String summary() {
    return "libffm: label field:index:1 ...";
  }

  @Override
  public Schema schema(Path input) {
    int most = -1;
    String[] parts = LibsvmReader.first(input);
    try {
      for (int i = 1; i < parts.length; i++) {
        most = Math.max(most, field(parts[i]));
      }
    } catch (IllegalArgumentException e) {
      throw new DataException(input.toString(), 1, 0, e.getMessage());
    }
    List<Field> fields = new ArrayList<>();
    for (int f = 0; f <= most; f++) {
      fields.add(Field.categorical("field" + f, 1));
    }
    return new Schema(LabelRule.binary("label"), fields);
  }

  @Override
  public RowSource open(Path input, Schema schema, String query) {
    if (query != null) {
      throw new ConfigurationException("--query works with csv, tsv and parquet, not with libffm");
    }
    List<String> columns = new ArrayList<>(List.of("label"));
    schema(input).fields().forEach(field -> columns.add(field.name()));
    return new LineSource(input, schema, columns, new Triples());
  }

  private static int field(String triple) {
    int colon = triple.indexOf(':');
    try {
      int field = Integer.parseInt(triple.substring(0, Math.max(colon, 0)));
      if (field >= 0 && field < 1 << 16) {
        return field;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException("'" + triple + "' is no field:index:weight triple");
  }

  /** A triple is {@code field:index:weight}, in any order of the fields. */
  private static final class Triples extends PairSplitter {
    @Override
    void pair(byte[] bytes, int from, int to, Columns columns) {
      int first = colon(bytes, from, to);
      int field = field(text(bytes, from, to));
      int second = colon(bytes, first + 1, to);
      if (second == to || field >= columns.width() - 1) {
        throw new IllegalArgumentException(
            second == to
                ? "'" + text(bytes, from, to) + "' is no field:index:weight triple"
                : "field " + field + " is beyond the " + (columns.width() - 1) + " of the first line");
      }
      if (columns.has(1 + field)) {
        throw new IllegalArgumentException("field " + field + " stands twice");
      }
      requireOne(bytes, from, second + 1, to);
      columns.set(1 + field, first + 1, second);
    }

    @Override
    void end(Columns columns) {
      columns.complete();
    }
  }
}
