package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Bucketizer;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Criteo display-advertising log: tab-separated, no header; label, 13 integer columns I1..I13, 26 categorical columns C1..C26, empty = missing.
 * Integers become buckets of ln² (the convention of the PEP authors' code); another schema may be given.
 */
public final class CriteoReader implements InputFormat {

  private static final int INTEGERS = 13;
  private static final int CATEGORIES = 26;
  private static final int MIN_COUNT = 2;

  @Override
  public String name() {
    return "criteo";
  }

  @Override
  public String summary() {
    return "Criteo display-advertising TSV: label, 13 integers, 26 categories, no header";
  }

  @Override
  public Schema schema(Path input) {
    List<Field> fields = new ArrayList<>();
    for (int i = 1; i <= INTEGERS; i++) {
      fields.add(Field.numeric("I" + i, Bucketizer.LOG2_NULL, MIN_COUNT));
    }
    for (int i = 1; i <= CATEGORIES; i++) {
      fields.add(Field.categorical("C" + i, MIN_COUNT));
    }
    return new Schema(LabelRule.binary("label"), fields);
  }

  @Override
  public RowSource open(Path input, Schema schema, String query) {
    if (query != null) {
      throw new ConfigurationException("--query works with csv, tsv and parquet, not with criteo");
    }
    List<String> columns = new ArrayList<>();
    columns.add("label");
    for (int i = 1; i <= INTEGERS; i++) {
      columns.add("I" + i);
    }
    for (int i = 1; i <= CATEGORIES; i++) {
      columns.add("C" + i);
    }
    return new LineSource(input, schema, columns, new TabSplitter());
  }
}
