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
    return new LineSource(input, schema, columns, line -> split(line, columns.size()));
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

  private static String[] split(String line, int width) {
    String[] parts = line.trim().split("\\s+");
    String[] columns = new String[width];
    columns[0] = LibsvmReader.label(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int field = field(parts[i]);
      int first = parts[i].indexOf(':');
      int second = parts[i].indexOf(':', first + 1);
      if (second < 0 || field >= width - 1) {
        throw new IllegalArgumentException(
            second < 0 ? "'" + parts[i] + "' is no field:index:weight triple" : "field " + field + " is beyond the " + (width - 1) + " of the first line");
      }
      if (columns[field + 1] != null) {
        throw new IllegalArgumentException("field " + field + " stands twice");
      }
      LibsvmReader.requireOne(parts[i], parts[i].substring(second + 1));
      columns[field + 1] = parts[i].substring(first + 1, second);
    }
    return columns;
  }
}
