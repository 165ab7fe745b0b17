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
 * libsvm as CTR data sets use it: {@code label index:1 index:1 ...} with the k-th pair of every line belonging to field k. The index is the value of the
 * field; pairs with another weight than 1 are refused. Labels 0/1 or −1/1.
 */
public final class LibsvmReader implements InputFormat {

  @Override
  public String name() {
    return "libsvm";
  }

  @Override
  public String summary() {
    return "libsvm, the k-th index:1 pair of a line being field k";
  }

  @Override
  public Schema schema(Path input) {
    String[] first = first(input);
    List<Field> fields = new ArrayList<>();
    for (int f = 1; f < first.length; f++) {
      fields.add(Field.categorical("field" + (f - 1), 1));
    }
    return new Schema(LabelRule.binary("label"), fields);
  }

  /** The columns of the first line, of which the first is the label. */
  static String[] first(Path input) {
    try (LineReader lines = new LineReader(input)) {
      String line = lines.next();
      if (line == null || line.isBlank()) {
        throw new DataException(input.toString(), 1, 0, line == null ? "the file is empty" : "the line is empty");
      }
      return line.trim().split("\\s+");
    }
  }

  @Override
  public RowSource open(Path input, Schema schema, String query) {
    if (query != null) {
      throw new ConfigurationException("--query works with csv, tsv and parquet, not with libsvm");
    }
    List<String> columns = new ArrayList<>(List.of("label"));
    schema(input).fields().forEach(field -> columns.add(field.name()));
    return new LineSource(input, schema, columns, new Pairs());
  }

  /** The k-th pair is {@code index:weight} of field k. */
  private static final class Pairs extends PairSplitter {
    @Override
    void pair(byte[] bytes, int from, int to, Columns columns) {
      int colon = colon(bytes, from, to);
      if (colon == from || colon == to) {
        throw new IllegalArgumentException("'" + text(bytes, from, to) + "' is no index:weight pair");
      }
      requireOne(bytes, from, colon + 1, to);
      columns.add(from, colon);
    }

    @Override
    void end(Columns columns) {}
  }
}
