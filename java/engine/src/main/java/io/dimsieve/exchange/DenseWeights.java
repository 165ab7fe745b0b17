package io.dimsieve.exchange;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Field;
import io.dimsieve.file.ModelFile;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.StoredTables;
import io.dimsieve.train.ModelStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The weights of a model file as dense arrays of floats, whatever the form and the precision its tables are stored in: entries
 * that are not stored are 0, and bytes and halves the floats that scoring makes of them. Reads from the file when it is asked,
 * piece by piece; the file stays the caller's.
 */
public final class DenseWeights {

  private static final int PIECE = 1 << 20;
  private static final String FIRST_ORDER = "linear.weight";

  private final ModelFile file;
  private final EmbeddingLayout layout;
  private final StoredTables tables;
  private final List<String> names;

  /** Hands over all elements of an array, row-major, piece after piece. */
  @FunctionalInterface
  public interface Content {
    void copyTo(Consumer<float[]> sink);
  }

  /**
   * A dense array.
   *
   * @param name unique in the model
   * @param shape sizes, outermost first
   */
  public record Array(String name, List<Long> shape, Content content) {

    public Array {
      shape = List.copyOf(shape);
    }

    /** Bytes of its floats. */
    public long bytes() {
      return shape.stream().reduce((long) Float.BYTES, Math::multiplyExact);
    }
  }

  /** The weights of an open model file. */
  public DenseWeights(ModelFile file) {
    this.file = file;
    this.layout = ModelStore.layout(file);
    this.tables = ModelStore.tables(file);
    this.names = file.encoder().schema().fields().stream().map(Field::name).toList();
  }

  /** Names of the fields, in the order of the ids. */
  public List<String> fields() {
    return names;
  }

  /** Rows and kept columns of each field. */
  public EmbeddingLayout layout() {
    return layout;
  }

  /** Every array: tables and first-order weights field by field, then the others by the names that FORMAT.md gives them. */
  public List<Array> all() {
    List<Array> all = new ArrayList<>();
    for (int f = 0; f < names.size(); f++) {
      if (tables != null) {
        all.add(embedding(f));
      }
    }
    file.arrays().forEach((name, shape) -> {
      if (name.equals(FIRST_ORDER)) {
        for (int f = 0; f < names.size(); f++) {
          all.add(firstOrder(f));
        }
      } else {
        all.add(array(name, shape.stream().mapToLong(n -> n).toArray()));
      }
    });
    return all;
  }

  /** {@code embedding.FIELD} [rows, width]: a field's embedding table; its columns are the field's kept ones, ascending. */
  public Array embedding(int field) {
    if (tables == null) {
      throw new ModelFormatException(file.name(), "has no embedding tables");
    }
    int rows = layout.rows(field);
    int width = layout.width(field);
    return new Array("embedding." + names.get(field), List.of((long) rows, (long) width), sink -> {
      int most = Math.max(1, PIECE / Math.max(1, width));
      for (int first = 0; first < rows && width > 0; first += most) {
        sink.accept(tables.rows(field, first, Math.min(most, rows - first)));
      }
    });
  }

  /** {@code embedding.width.W} [Σ rows, W]: the tables of fields of one width, end to end. */
  public Array embeddings(int width, int... fields) {
    long rows = Arrays.stream(fields).mapToLong(layout::rows).sum();
    return new Array("embedding.width." + width, List.of(rows, (long) width), sink -> {
      for (int f : fields) {
        embedding(f).content().copyTo(sink);
      }
    });
  }

  /** {@code linear.weight.FIELD} [rows, 1]: a field's first-order weights. */
  public Array firstOrder(int field) {
    long[] rows = Arrays.stream(layout.rows()).asLongStream().toArray();
    return part(FIRST_ORDER, Arrays.stream(rows).sum(), Arrays.stream(rows, 0, field).sum(), field, rows[field], 1);
  }

  /**
   * {@code NAME.FIELD}: what an array that has something for every field has for one.
   *
   * @param size elements of the whole array
   * @param first element of the part
   * @param shape of the part
   */
  public Array part(String name, long size, long first, int field, long... shape) {
    List<Long> sizes = Arrays.stream(shape).boxed().toList();
    long count = sizes.stream().reduce(1L, Math::multiplyExact);
    return new Array(name + "." + names.get(field), sizes, sink -> file.read(name, size, first, count, (at, values) -> sink.accept(values)));
  }

  /** An array that is stored as it is; that it has so many elements is checked when it is read. */
  public Array array(String name, long... shape) {
    List<Long> sizes = Arrays.stream(shape).boxed().toList();
    return new Array(name, sizes, sink -> file.read(name, sizes.stream().reduce(1L, Math::multiplyExact), (at, values) -> sink.accept(values)));
  }
}
